from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import Exactly, InvalidArgument, Subject, TopK
from pytest_robust.attacks import FGSM, PGD, Spatial
from pytest_robust.core.claim import Claim
from pytest_robust.core.policy import Policy
from pytest_robust.core.verdict import Decision
from pytest_robust.metrics import BreakingPoint
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import Brightness, Flip, Rotate

RANDOM = np.random.default_rng(9)
X = RANDOM.random((200, 10)).astype(np.float32)
MODEL = LinearModel(RANDOM.normal(size=(10, 2)), RANDOM.normal(size=2) * 0.1)
Y = MODEL.logits(X).argmax(axis=1)
IMAGES = np.full((100, 4, 4), 0.2, dtype=np.float32)


EXACT = Policy(exact=True)


def subject(policy=EXACT):
    return Subject(MODEL, X, Y, bounds=(-9, 9), policy=policy)


def dark(x):
    """1 for every image of a mean above 0.5."""
    return (x.mean(axis=(1, 2)) > 0.5).astype(int)


@pytest.mark.parametrize("at", [0.9, 0.5, 0.1])
def test_it_is_where_the_closed_form_crosses_the_bar(at) -> None:
    found = subject().breaking_point(under=FGSM(eps=2.0), at=at).estimate()
    needed = np.sort(MODEL.distance(X, 1))
    # From this budget on, fewer than the bar's share stand.
    true = needed[len(X) - int(np.ceil(at * len(X)))]
    assert found.low <= true * 1.001
    assert found.high >= true * 0.999
    assert found.value == found.high
    assert found.high - found.low == pytest.approx(2.0 / 2**7)


def test_it_is_in_the_parameters_own_unit() -> None:
    bright = Subject(dark, IMAGES, np.zeros(100, dtype=int), bounds=(0, 1))
    found = bright.breaking_point(under=Brightness(shift=Exactly(0.5)), at=0.9, steps=9).estimate()
    assert found.low <= 0.3 <= found.high
    assert found.high - found.low == pytest.approx(0.5 / 2**9)
    assert "10" in found.method or "11" in found.method


def test_a_class_begins_at_its_own_strongest() -> None:
    assert BreakingPoint(under=Rotate, at=0.9).under == Rotate(degrees=180)
    assert subject().breaking_point(PGD, at=0.5, steps=3).estimate().high <= 0.3 + 1e-9


def test_several_parameters_are_told_as_a_share_of_the_strongest() -> None:
    random = np.random.default_rng(3)
    images = random.random((60, 6, 6)).astype(np.float32)
    model = LinearModel(random.normal(size=(36, 5)), np.zeros(5))
    found = Subject(model, images, model.logits(images).argmax(axis=1), bounds=(0, 1)).breaking_point(
        under=Spatial(angles=5, shifts=3), at=0.8, steps=4
    )
    value = found.estimate()
    assert 0 <= value.low < value.high <= 1


def test_where_nothing_breaks_it_is_infinite_and_passes_every_bar() -> None:
    standing = subject().breaking_point(under=FGSM(eps=1e-4), at=0.9)
    verdict = standing >= 5
    assert verdict
    assert standing.estimate().low == 1e-4
    assert "the strongest that held is 0.0001" in verdict.reason
    assert standing.record(verdict).value is None


def test_where_the_model_is_wrong_already_it_is_zero() -> None:
    wrong = Subject(MODEL, X, 1 - Y, bounds=(-9, 9)).breaking_point(under=FGSM(eps=1), at=0.9)
    assert float(wrong) == 0
    assert not wrong >= 0.01


@pytest.mark.parametrize("claim", Claim)
def test_it_is_judged_like_every_number(claim) -> None:
    made = subject(Policy(claim=claim)).breaking_point(under=FGSM(eps=2.0), at=0.5)
    value = float(made)
    assert made >= value * 0.9
    verdict = made >= value * 1.1
    assert verdict.decision is Decision.FAIL
    assert "the mildest that did not" in verdict.explanation
    assert "99%" in verdict.explanation or "100%" in verdict.explanation
    record = made.record(verdict)
    assert record.metric == "breaking_point"
    # All the verdicts that it took, not only the last.
    assert record.gradients > 8 * 32
    assert record.title == "breaking point at 0.5 under FGSM(eps=2)"


def test_the_criterion_is_the_users() -> None:
    three = LinearModel(np.random.default_rng(4).normal(size=(10, 3)), np.zeros(3))
    made = Subject(three, X, three.logits(X).argmax(axis=1), bounds=(-9, 9), policy=Policy(exact=True))
    strict = float(made.breaking_point(under=FGSM(eps=2), at=0.5))
    assert float(made.breaking_point(under=FGSM(eps=2), at=0.5, criterion=TopK(2))) > strict


def test_an_attack_that_proves_nothing_makes_it_invalid() -> None:
    class Blind(LinearModel):
        def loss_gradient(self, x, y, loss):
            found = super().loss_gradient(x, y, loss)
            return type(found)(logits=found.logits, gradient=found.gradient * 0)

    blind = Subject(Blind(MODEL.weights, MODEL.bias), X, Y, bounds=(-9, 9))
    verdict = blind.breaking_point(under=FGSM(eps=1.0), at=0.5) >= 0.1
    assert verdict.decision is Decision.INVALID
    assert "exactly zero" in verdict.reason


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"under": Flip(), "at": 0.9}, "no strength to halve"),
        ({"under": "rotate", "at": 0.9}, "no strength to halve"),
        ({"under": Rotate, "at": 0}, "at=0"),
        ({"under": Rotate, "at": 1.2}, "at=1.2"),
        ({"under": Rotate, "at": 0.9, "steps": 0}, "steps=0"),
    ],
)
def test_a_wrong_argument_is_refused(arguments, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        BreakingPoint(**arguments)
