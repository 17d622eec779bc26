"""Directions of probabilities, against a model whose probabilities are known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidArgument, Subject
from pytest_robust.attacks import PGD
from pytest_robust.core.batch import Batch
from pytest_robust.core.perturbation import Transform, WorstOf
from pytest_robust.core.policy import Policy
from pytest_robust.core.streams import Streams
from pytest_robust.testing import LinearModel

EXACT = Policy(exact=True)


@dataclass(frozen=True, kw_only=True, repr=False)
class Move(Transform):
    """Moves each example by the same amount."""

    by: float

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        return replace(batch, x=batch.bounds.clip(batch.x + np.float32(self.by)))


def chance(x: Any) -> Any:
    """The second class is as likely as the input is large."""
    return np.stack([1 - x[:, 0], x[:, 0]], axis=1)


X = np.linspace(0.1, 0.9, 9, dtype=np.float32)[:, None]
SUBJECT = Subject(chance, X, bounds=(0, 1), policy=EXACT)


@pytest.mark.parametrize(
    ("by", "way", "share"),
    [
        (-0.05, {"lowers": 1}, 1),
        (0.05, {"lowers": 1}, 0),
        (0.05, {"raises": 1}, 1),
        (-0.05, {"raises": 1}, 0),
        (0.05, {"lowers": 0}, 1),
        (0.05, {"lowers": 1, "tolerance": 0.06}, 1),
        (0.05, {"lowers": 1, "tolerance": 0.04}, 0),
        (-0.05, {"raises": 1, "tolerance": 0.06}, 1),
        # Nothing moves, and nothing moves the other way.
        (0, {"lowers": 1}, 1),
        (0, {"raises": 1}, 1),
        # At the bounds all but two move by more than 0.15, these by 0.1 and 0.
        (0.2, {"lowers": 1, "tolerance": 0.15}, 1 / 9),
    ],
    ids=str,
)
def test_it_is_the_share_that_moves_the_stated_way(by: float, way: Any, share: float) -> None:
    assert float(SUBJECT.direction(under=Move(by=by), **way)) == pytest.approx(share)


def test_no_labels_are_needed_and_a_wrong_answer_counts_as_well() -> None:
    labelled = Subject(chance, X, np.zeros(9, int), bounds=(0, 1), policy=EXACT)
    for subject in (SUBJECT, labelled):
        assert float(subject.direction(under=Move(by=-0.1), lowers=1)) == 1


def named() -> Any:
    from sklearn.linear_model import LogisticRegression

    x = np.linspace(0, 1, 40, dtype=np.float32)[:, None]
    return LogisticRegression(C=100).fit(x, np.where(x[:, 0] > 0.5, "positive", "negative"))


def test_a_class_is_named_as_the_labels_name_it_or_by_its_position() -> None:
    subject = Subject(named(), X, bounds=(0, 1), policy=EXACT)
    for name in ("positive", 1, np.str_("positive"), np.int64(1)):
        assert float(subject.direction(under=Move(by=-0.1), lowers=name)) == 1
        assert float(subject.direction(under=Move(by=-0.1), raises=name)) == 0
    assert float(subject.direction(under=Move(by=-0.1), raises="negative")) == 1


def test_probabilities_of_named_classes_are_those_of_the_model() -> None:
    model = named()
    before, after = (model.predict_proba(np.clip(x, 0, 1))[:, 1] for x in (X, X + np.float32(0.1)))
    subject = Subject(model, X, bounds=(0, 1), policy=EXACT)
    for tolerance in (0.05, 0.2, 0.3):
        share = float(subject.direction(under=Move(by=0.1), lowers="positive", tolerance=tolerance))
        assert share == pytest.approx((after - before <= tolerance).mean())
        assert 0 <= share <= 1


def test_integer_names_come_before_positions() -> None:
    from sklearn.linear_model import LogisticRegression

    x = np.linspace(0, 1, 40, dtype=np.float32)[:, None]
    model = LogisticRegression().fit(x, np.where(x[:, 0] > 0.5, 2, 1))
    subject = Subject(model, X, bounds=(0, 1), policy=EXACT)
    # 1 is the name of the class at position 0, which falls as the input rises.
    assert float(subject.direction(under=Move(by=0.1), lowers=1)) == 1
    assert float(subject.direction(under=Move(by=0.1), raises=2)) == 1


def test_the_worst_of_several_is_the_one_that_moves_the_wrong_way() -> None:
    worst = WorstOf(Move(by=-0.1), Move(by=0.05))
    assert float(SUBJECT.direction(under=worst, lowers=1)) == 0
    assert float(SUBJECT.direction(under=WorstOf(Move(by=-0.1), Move(by=-0.05)), lowers=1)) == 1


def test_an_attack_is_after_the_answer_and_judged_by_the_direction() -> None:
    model = LinearModel(np.array([[0.0, 4.0]]), np.array([0.0, -2.0]))
    x = np.array([[0.1], [0.9]], dtype=np.float32)
    subject = Subject(model, x, bounds=(0, 1), policy=EXACT)
    # It raises the first's second class, and lowers the second's.
    assert float(subject.direction(under=PGD(eps=0.3), lowers=1)) == 0.5


def test_the_verdict_comes_early_and_says_what_was_measured() -> None:
    many = Subject(chance, np.tile(X, (200, 1)), bounds=(0, 1))
    measurement = many.direction(under=Move(by=-0.1), lowers=1, tolerance=0.25)
    assert repr(measurement) == "direction, lowers 1 within 0.25 under Move(by=-0.1)"
    verdict = measurement >= 0.9
    assert verdict
    assert verdict.estimate.n < 200


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "takes either lowers or raises, and neither is given; write for instance lowers='positive'"),
        ({"lowers": 0, "raises": 1}, "both are given"),
        ({"lowers": True}, "lowers=True must be the name of a class, or its position"),
        ({"raises": 0.5}, "raises=0.5 must be the name"),
        ({"lowers": 1, "tolerance": -0.1}, "tolerance=-0.1 must be a number from 0 to 1"),
        ({"raises": 1, "tolerance": 2}, "tolerance=2 must be"),
    ],
    ids=str,
)
def test_arguments_that_mean_nothing_are_refused(wrong: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        SUBJECT.direction(under=Move(by=0.1), **wrong)


def test_a_class_that_the_model_does_not_name_is_refused_with_those_it_does() -> None:
    subject = Subject(named(), X, bounds=(0, 1))
    with pytest.raises(InvalidArgument, match=r"'happy' is no class of the model: the classes are \['negative', 'p"):
        float(subject.direction(under=Move(by=0.1), lowers="happy"))
    with pytest.raises(InvalidArgument, match="'positive': the model does not name its classes; give a position"):
        float(SUBJECT.direction(under=Move(by=0.1), lowers="positive"))
    unnamed = Subject(LinearModel(np.ones((1, 2)), np.zeros(2)), X, bounds=(0, 1))
    with pytest.raises(InvalidArgument, match="the model does not name its classes; give one of them, or a position"):
        float(unnamed.direction(under=Move(by=0.1), lowers="positive"))


def test_what_has_no_probabilities_cannot_be_measured() -> None:
    labels = Subject(lambda x: (x[:, 0] > 0.5).astype(int), X, bounds=(0, 1))
    verdict = labels.direction(under=Move(by=0.1), lowers=1) >= 0.5
    assert verdict.decision.name == "INVALID"
    assert "answers labels only" in verdict.explanation
    verdict = SUBJECT.direction(under=Move(by=0.1), lowers=2) >= 0.5
    assert "2 is outside the model's outputs 0..1" in verdict.explanation
