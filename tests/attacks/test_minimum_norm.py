from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pytest_robust import L0, L1, L2, UNBOUNDED, LInf, Targeted
from pytest_robust.attacks import DDN, FAB, FMN, PGD, CarliniWagner, DeepFool
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel
from pytest_robust.testing import LinearModel

DUAL = {LInf: 1, L2: 2, L1: np.inf}
# Each with how much further than the nearest change it may end.
EXACT = [
    pytest.param(DDN(steps=200), 0.02, id="DDN"),
    pytest.param(FMN(norm=LInf), 0.02, id="FMN-LInf"),
    pytest.param(FMN(norm=L2), 0.02, id="FMN-L2"),
    pytest.param(FMN(norm=L1, steps=200), 0.02, id="FMN-L1"),
    pytest.param(DeepFool(), 0.03, id="DeepFool-L2"),
    pytest.param(DeepFool(norm=LInf), 0.03, id="DeepFool-LInf"),
    pytest.param(CarliniWagner(), 0.05, id="CarliniWagner"),
    pytest.param(FAB(norm=LInf), 0.02, id="FAB-LInf"),
    pytest.param(FAB(norm=L2, targets=1), 0.02, id="FAB-L2"),
    pytest.param(FAB(norm=L1, restarts=2), 0.02, id="FAB-L1"),
]


@pytest.mark.parametrize(("attack", "slack"), EXACT)
def test_finds_the_distance_of_a_linear_model(disc, attack, slack) -> None:
    random = np.random.default_rng(5)
    model = LinearModel(random.normal(size=(12, 2)), random.normal(size=2) * 0.1)
    x = random.normal(size=(80, 12)).astype(np.float32)
    linear = type(disc)(model=model, x=x, y=model.logits(x).argmax(axis=1), bounds=UNBOUNDED)
    needed = model.distance(x, DUAL[attack.norm])
    found = linear.distances(attack)
    assert (found >= needed * 0.999).all(), "nearer than the nearest"
    # In absolute terms for inputs that lie right at the boundary.
    assert (found <= needed * (1 + slack) + 0.005).all()


@pytest.mark.parametrize(
    ("attack", "slack"),
    # DeepFool ends at the first boundary it comes to; the others return to it.
    [
        (DDN(), 0.01),
        (FMN(norm=L2), 0.01),
        (FAB(norm=L2), 0.01),
        (DeepFool(), 0.06),
        (CarliniWagner(learning_rate=0.01, steps=300), 0.02),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_finds_the_circle_from_inside_and_outside(disc, attack, slack) -> None:
    radius = np.linalg.norm(disc.x, axis=1)
    needed = np.abs(radius - 1)
    found = disc.distances(attack)
    assert np.isfinite(found).all()
    assert (found >= needed - 1e-4).all()
    # Near the centre a step to the tangent's line leads far beyond the circle.
    curved = radius < 0.9 if isinstance(attack, DeepFool) else np.zeros(60, dtype=bool)
    assert (found <= needed * (1 + slack) + 0.01)[~curved].all()


def test_l0_changes_the_fewest_entries(disc) -> None:
    model = LinearModel(np.array([[0.0, 1], [0, 2], [0, 4], [0, 8]]), np.array([0.0, -9.5]))
    x = np.zeros((16, 4), dtype=np.float32)
    x[:] = (np.arange(16)[:, None] >> np.arange(4)) & 1
    y = model.logits(x).argmax(axis=1)
    cube = type(disc)(model=model, x=x, y=y, bounds=type(disc.bounds)(0, 1))
    # By enumeration of all corners: what is worth most is nearest to a wall.
    scores = model.logits(x)[:, 1]
    fewest = [
        min(int((x[j] != x[i]).sum()) for j in range(16) if (scores[j] > 0) != (scores[i] > 0)) for i in range(16)
    ]
    found = cube.distances(FMN(norm=L0, steps=200))
    assert (found == fewest).mean() >= 0.9
    assert (found >= fewest).all()


@pytest.mark.parametrize(("norm", "eps"), [(LInf, 0.04), (L2, 0.2), (L1, 0.9)], ids=repr)
def test_within_a_budget_it_is_as_strong_as_pgd(network, norm, eps) -> None:
    pgd = network.robust(PGD(eps=eps, norm=norm, steps=100))
    assert 0.1 < pgd < 0.9
    assert network.robust(FMN(eps=eps, norm=norm)) <= pgd + 0.02
    unlimited = network.distances(FMN(norm=norm))
    assert (unlimited > eps).mean() <= pgd + 0.02


@pytest.mark.parametrize("attack", [DDN, FAB, FMN, DeepFool, CarliniWagner])
def test_a_target_is_the_answer_in_the_end(network, attack) -> None:
    goal = Targeted(3)
    outcomes = network.outcomes(attack(norm=L2, goal=goal))
    possible = network.y[outcomes.index] != 3
    assert outcomes.reached[possible].mean() >= 0.95
    assert not outcomes.reached[~possible].any()
    # Only one boundary: further than to the nearest of all.
    nearest = np.nanmedian(network.distances(attack(norm=L2)))
    assert np.nanmedian(outcomes.distance[possible]) > nearest


@pytest.mark.parametrize("norm", [LInf, L2, L1], ids=repr)
def test_fab_comes_as_near_as_fmn_with_all_boundaries_or_one_after_the_other(network, norm) -> None:
    fmn = np.median(network.distances(FMN(norm=norm)))
    for attack in (FAB(norm=norm), FAB(norm=norm, targets=5)):
        assert np.median(network.distances(attack)) <= 1.01 * fmn


def test_many_classes_are_differentiated_in_parts(network, monkeypatch) -> None:
    from pytest_robust.attacks import _planes

    whole = network.distances(DeepFool())
    monkeypatch.setattr(_planes, "_VALUES", 36 * 5 * 3)
    assert network.distances(DeepFool()) == pytest.approx(whole, rel=1e-4)


def test_confidence_leads_by_as_much_and_costs_distance(network) -> None:
    sure = CarliniWagner(confidence=0.5, searches=5)
    small = type(network)(model=network.model, x=network.x[:20], y=network.y[:20], bounds=network.bounds)
    plain = small.distances(CarliniWagner(searches=5))
    assert (small.distances(sure) > plain).all()


def test_integers_stay_broken_when_they_are_rounded(network) -> None:
    levels = np.rint(network.x * 255).astype(np.uint8)
    inner = network.model

    class Scaled(type(inner)):
        def logits(self, x):
            return inner.logits(np.asarray(x, dtype=np.float32) / 255)

        def pullback(self, x, directions, *, count):
            answer = inner.pullback(np.asarray(x, dtype=np.float32) / 255, directions, count=count)
            return type(answer)(logits=answer.logits, gradients=answer.gradients / 255)

    model = Scaled(inner.first, inner.second)
    grey = type(network)(
        model=model, x=levels, y=model.logits(levels).argmax(axis=1), bounds=type(network.bounds)(0, 255)
    )
    found = grey.outcomes(DDN())
    assert found.perturbed.mean() <= 0.05
    assert found.distance == pytest.approx(np.rint(found.distance**2) ** 0.5, nan_ok=True)
    # Nor do they fall back where there is a budget: what is nearer than it is found within it, but
    # for some right at it, where rounding away from the input would leave the ball.
    for eps in (20.5, 40.0):
        within = grey.outcomes(DDN(eps=eps))
        assert np.nanmax(within.distance) <= eps
        assert within.perturbed.mean() <= (found.distance > eps).mean() + 0.04


@pytest.mark.parametrize("attack", [DDN(), FMN(norm=LInf), FMN(norm=L2), FMN(norm=L1)], ids=repr)
def test_examples_that_come_no_nearer_save_gradients_and_lose_next_to_nothing(network, attack) -> None:
    patient = replace(attack, patience=1)
    spent, all_spent = (network.outcomes(which).cost.gradients for which in (attack, patient))
    assert spent < 0.95 * all_spent
    ratio = network.distances(attack) / network.distances(patient)
    assert np.isfinite(ratio).all()
    assert np.median(ratio) <= 1.01
    assert ratio.mean() <= 1.01
    assert np.quantile(ratio, 0.95) <= 1.05


def test_l0_spends_all_its_steps(network) -> None:
    attack = FMN(norm=L0, steps=40)
    spent, all_spent = (network.outcomes(which).cost.gradients for which in (attack, replace(attack, patience=1)))
    assert spent == all_spent


@pytest.mark.parametrize("norm", [LInf, L2, L1], ids=repr)
def test_what_is_found_lies_right_at_the_boundary(network, norm) -> None:
    attack = FMN(norm=norm)
    x = network.x
    streams = Streams.of(0, index=np.arange(len(x)))
    threat = ThreatModel(norm=norm, eps=np.inf, bounds=network.bounds)
    found = attack.perturb(network.model, x, network.y, threat, streams)
    shorter = x + np.float32(0.998) * (found - x)
    assert (network.model.logits(found).argmax(axis=1) != network.y).all()
    assert (network.model.logits(shorter).argmax(axis=1) == network.y).all()


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (FAB, {"targets": 2, "goal": Targeted(1)}, "one aim"),
        (FAB, {"restarts": 0}, "restarts=0"),
        (DDN, {"eps": -1}, "eps=-1"),
        (DDN, {"steps": 0}, "steps=0"),
        (DDN, {"shrink": 1}, "shrink=1"),
        (DDN, {"patience": 0}, "patience=0"),
        (FMN, {"patience": 1.5}, "patience=1.5"),
        (FMN, {"patience": True}, "patience=True"),
        (FMN, {"shrink": True}, "shrink=True"),
        (DeepFool, {"candidates": 0}, "candidates=0"),
        (DeepFool, {"overshoot": 0}, "overshoot=0"),
        (CarliniWagner, {"confidence": -1}, "confidence=-1"),
        (CarliniWagner, {"searches": 0}, "searches=0"),
        (CarliniWagner, {"learning_rate": 0}, "learning_rate=0"),
        (CarliniWagner, {"constant": np.inf}, "constant=inf"),
    ],
)
def test_wrong_arguments_are_refused(kind, arguments, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        kind(**arguments)
