from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import L1, L2, LInf, Targeted
from pytest_robust.attacks import PGD, Square, UniformNoise
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.model import Classifier

BUDGETS = pytest.mark.parametrize(("norm", "eps"), [(LInf, 0.06), (L2, 0.3), (L1, 1.5)], ids=repr)


@BUDGETS
def test_breaks_more_than_noise_and_not_more_than_gradients(network, norm, eps) -> None:
    noise = network.robust(UniformNoise(eps=eps, norm=norm, repeats=100))
    found = network.robust(Square(eps=eps, norm=norm, queries=300))
    assert found < noise - 0.1
    assert found >= network.robust(PGD(eps=eps, norm=norm, restarts=3)) - 0.01


@BUDGETS
def test_more_queries_break_more(network, norm, eps) -> None:
    few = network.robust(Square(eps=eps, norm=norm, queries=20))
    assert network.robust(Square(eps=eps, norm=norm, queries=600)) < few


@BUDGETS
def test_asks_no_more_than_it_may_and_for_no_gradients(network, norm, eps) -> None:
    class Counting(Classifier):
        asked = 0

        def logits(self, x):
            Counting.asked += len(x)
            return network.model.logits(x)

    stubborn = type(network)(model=Counting(), x=network.x[:5], y=network.y[:5], bounds=network.bounds)
    outcomes = stubborn.outcomes(Square(eps=eps / 100, norm=norm, queries=40, restarts=2))
    assert outcomes.perturbed.all()
    assert outcomes.cost.gradients == 0
    # Beside the attack's own: the clean answers, the last word, and the control.
    assert 5 * 80 <= outcomes.cost.queries <= 5 * 83
    assert outcomes.cost.queries <= Counting.asked


def test_a_target_is_reached(network) -> None:
    goal = Targeted(3)
    outcomes = network.outcomes(Square(eps=0.15, queries=400, goal=goal))
    assert outcomes.reached.mean() > network.outcomes(UniformNoise(eps=0.15, repeats=100, goal=goal)).reached.mean()


@pytest.mark.parametrize("shape", [(5,), (1,), (7, 6), (7, 6, 3), (2, 3, 4, 2), (1, 1, 1)], ids=str)
@BUDGETS
def test_works_on_inputs_of_every_shape(network, norm, eps, shape) -> None:
    from pytest_robust.testing import LinearModel

    random = np.random.default_rng(0)
    model = LinearModel(random.normal(size=(int(np.prod(shape)), 3)), np.zeros(3))
    x = random.random((12, *shape), dtype=np.float32)
    some = type(network)(model=model, x=x, y=model.logits(x).argmax(axis=1), bounds=network.bounds)
    outcomes = some.outcomes(Square(eps=eps / 2, norm=norm, queries=25))
    assert np.isfinite(outcomes.distance).all()
    assert (outcomes.distance <= eps / 2 * 1.0001).all()


@pytest.mark.parametrize("share", [0, 1.1, True])
def test_a_wrong_cover_is_refused(share) -> None:
    with pytest.raises(InvalidArgument, match="cover="):
        Square(eps=0.1, cover=share)
    with pytest.raises(InvalidArgument, match="queries=0"):
        Square(eps=0.1, queries=0)
