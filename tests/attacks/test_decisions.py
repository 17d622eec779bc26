"""The attacks that see only answers."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import L2, UNBOUNDED, LInf, Targeted
from pytest_robust.attacks import DDN, FMN, BoundaryAttack, HopSkipJump
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.model import Model

KINDS = pytest.mark.parametrize("kind", [HopSkipJump, BoundaryAttack])


class Labels(Model):
    """Tells the answer and nothing else, and counts for whom."""

    def __init__(self, inner) -> None:
        self.inner, self.asked = inner, 0

    def predict(self, x):
        self.asked += len(x)
        return self.inner.logits(x).argmax(axis=1)


def labelled(problem, count=40, **changes):
    told = {"model": Labels(problem.model), "x": problem.x[:count], "y": problem.y[:count], "bounds": problem.bounds}
    return type(problem)(**{**told, **changes})


@pytest.mark.parametrize(
    ("attack", "factor"),
    [
        (HopSkipJump(queries=2000), 1.1),
        (HopSkipJump(queries=2000, norm=LInf), 1.15),
        (BoundaryAttack(queries=4000), 1.05),
        (BoundaryAttack(queries=4000, norm=LInf), 1.05),
    ],
    ids=repr,
)
def test_comes_near_to_what_gradients_find(network, attack, factor) -> None:
    found = labelled(network).distances(attack)
    best = labelled(network, model=network.model).distances(FMN(norm=attack.norm))
    assert np.isfinite(found).all()
    assert (found >= best * 0.5).all()
    # Example by example: some find the boundary to another class, which lies further off.
    assert np.median(found / best) <= factor


@KINDS
def test_finds_the_circle_from_inside_and_outside(disc, kind) -> None:
    needed = np.abs(np.linalg.norm(disc.x, axis=1) - 1)
    found = labelled(disc, 60).distances(kind(queries=2000))
    assert (found >= needed - 1e-4).all()
    assert np.median(found / needed) <= 1.1


@KINDS
@pytest.mark.parametrize("queries", [1, 7, 150])
def test_the_budget_of_queries_is_obeyed_for_each_example(network, kind, queries) -> None:
    problem = labelled(network, 10)
    outcomes = problem.outcomes(kind(queries=queries))
    # Beside the attack's own: the clean answers and the last word.
    assert outcomes.cost.queries <= 10 * (queries + 2)
    # The clean answers are shared by all evaluations, so they are not among the costs of one.
    assert problem.model.asked == outcomes.cost.queries + 10
    assert outcomes.cost.gradients == 0
    one = labelled(network, 1)
    assert one.outcomes(kind(queries=queries)).cost.queries <= queries + 2


@KINDS
def test_more_queries_come_nearer(network, kind) -> None:
    few, many = (np.median(labelled(network).distances(kind(queries=count))) for count in (200, 1500))
    assert many < 0.9 * few


@KINDS
def test_within_a_budget_it_stops_when_it_is_there(network, kind) -> None:
    eps = float(np.median(network.distances(DDN()))) * 3
    problem = labelled(network)
    outcomes = problem.outcomes(kind(eps=eps, queries=2000))
    assert outcomes.perturbed.mean() <= 0.35
    assert problem.model.asked < 0.7 * 2000 * 40


@KINDS
def test_a_target_is_the_answer_in_the_end(network, kind) -> None:
    outcomes = labelled(network, 60).outcomes(kind(queries=300, goal=Targeted(3)))
    possible = network.y[:60][outcomes.index] != 3
    assert outcomes.reached[possible].mean() >= 0.5
    assert not outcomes.reached[~possible].any()


@KINDS
def test_without_bounds_the_noise_grows_until_something_breaks(network, kind) -> None:
    from pytest_robust.testing import LinearModel

    random = np.random.default_rng(2)
    model = LinearModel(random.normal(size=(5, 2)), np.zeros(2))
    x = random.normal(size=(30, 5)).astype(np.float32) * 100
    wide = labelled(network, model=Labels(model), x=x, y=model.logits(x).argmax(axis=1), bounds=UNBOUNDED)
    found = wide.distances(kind(queries=1500))
    assert np.median(found / model.distance(x, 2)) <= 1.3


@KINDS
def test_a_model_that_never_errs_is_left_alone(network, kind) -> None:
    class Constant(Model):
        def predict(self, x):
            return np.zeros(len(x), dtype=np.int64)

    sure = labelled(network, 5, model=Constant(), y=np.zeros(5, dtype=np.int64))
    outcomes = sure.outcomes(kind(queries=100))
    assert outcomes.perturbed.all()
    assert (outcomes.distance == 0).all()


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (HopSkipJump, {"queries": 0}, "queries=0"),
        (HopSkipJump, {"probes": 0}, "probes=0"),
        (HopSkipJump, {"eps": 0}, "eps=0"),
        (BoundaryAttack, {"sideways": 0}, "sideways=0"),
        (BoundaryAttack, {"forward": -1}, "forward=-1"),
    ],
)
def test_wrong_arguments_are_refused(kind, arguments, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        kind(norm=L2, **arguments)
