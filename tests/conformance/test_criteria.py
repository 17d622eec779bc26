"""What every criterion must hold to, over all that the package exports; and bad ones, a flaw each, that a check catches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

import pytest_robust
from pytest_robust import (
    Bleu,
    BoxesFound,
    BoxesKept,
    ByFunction,
    Correct,
    ExactMatch,
    Kept,
    NoFalseAlarms,
    PerplexityAtMost,
    PerplexityKept,
    SameAsClean,
    TokenProbability,
    TopK,
    WithinTolerance,
    as_boxes,
    as_found,
)
from pytest_robust.core.criteria import AgainstClean, Criterion

pytest.importorskip("sacrebleu")

SCORES = np.array([[0.1, 0.9], [0.8, 0.2], [0.4, 0.6]])
TEXTS = np.array(["the cat sat on the mat", "a dog", "no"])
SAID = np.array(["the cat sat on a mat", "a dog", "yes"])
BOXES = [[[0, 0, 4, 4, 0]], [[1, 1, 3, 3, 1]], []]
FOUND = [[[0, 0, 4, 4, 0, 0.9]], [[5, 5, 9, 9, 1, 0.9]], [[0, 0, 1, 1, 0, 0.9]]]
SURE = np.log([0.5, 0.25, 0.01])

# The criterion, labels, and some answers to them. Of those held against the clean answer, the labels are that.
SAMPLES: dict[str, tuple[Criterion, Any, Any]] = {
    "Bleu": (Bleu(), TEXTS, SAID),
    "BoxesFound": (BoxesFound(), as_boxes(BOXES), as_found(FOUND)),
    "BoxesKept": (BoxesKept(), as_found(FOUND), as_found(FOUND[::-1])),
    "ByFunction": (ByFunction(lambda wanted, said: float(wanted == said)), TEXTS, SAID),
    "Correct": (Correct(), np.array([1, 1, 1]), SCORES),
    "ExactMatch": (ExactMatch(), TEXTS, SAID),
    "Kept": (Kept(Bleu()), TEXTS, SAID),
    "NoFalseAlarms": (NoFalseAlarms(), as_boxes(BOXES), as_found(FOUND)),
    "PerplexityAtMost": (PerplexityAtMost(3), np.zeros(3), SURE),
    "PerplexityKept": (PerplexityKept(1.5), SURE, SURE[::-1].copy()),
    "SameAsClean": (SameAsClean(), SCORES, SCORES[[1, 1, 2]]),
    "TokenProbability": (TokenProbability(), np.zeros(3), SURE),
    "TopK": (TopK(1), np.array([1, 1, 1]), SCORES),
    "WithinTolerance": (WithinTolerance(0.1), np.array([1.0, 2.0, 3.0]), np.array([1.05, 2.5, 3.0])),
}


def judged(criterion: Criterion, target: Any, outputs: Any, rows: Any = slice(None)) -> Any:
    """Score some answers as an evaluation does."""
    said = criterion.read(outputs[rows])
    if isinstance(criterion, AgainstClean):
        return criterion.score(criterion.kept(criterion.read(target[rows])), said)
    return criterion.score(criterion.wanted(target)[rows] if criterion.needs_labels else target[rows], said)


def check_scores(criterion: Criterion, target: Any, outputs: Any) -> None:
    scores = judged(criterion, target, outputs)
    assert scores.shape == (len(outputs),)
    assert scores.dtype == np.float64
    assert ((scores >= 0) & (scores <= 1)).all()
    assert np.ptp(scores) > 0, "the sample tells nothing: give answers of which some are right"


def check_each_alone(criterion: Criterion, target: Any, outputs: Any) -> None:
    together = judged(criterion, target, outputs)
    for row in range(len(outputs)):
        np.testing.assert_allclose(judged(criterion, target, outputs, slice(row, row + 1)), together[row], atol=1e-12)
    order = np.array([2, 0, 1])
    np.testing.assert_allclose(judged(criterion, target, outputs, order), together[order], atol=1e-12)


def check_nothing_written(criterion: Criterion, target: Any, outputs: Any) -> None:
    before = [array.copy() for array in (target, outputs)]
    judged(criterion, target, outputs)
    for was, now in zip(before, (target, outputs), strict=True):
        np.testing.assert_array_equal(was, now)


def check_labels(criterion: Criterion, target: Any, outputs: Any) -> None:
    if isinstance(criterion, AgainstClean):
        assert not criterion.needs_labels
        assert (judged(criterion, outputs, outputs) == 1).all(), "an answer that stays is right"
    elif not criterion.needs_labels:
        same = criterion.score(np.full(len(outputs), -7.0), criterion.read(outputs))
        np.testing.assert_array_equal(same, judged(criterion, target, outputs))


CHECKS = [check_scores, check_each_alone, check_nothing_written, check_labels]


def test_every_criterion_that_is_exported_has_a_sample() -> None:
    exported = {
        name
        for name in pytest_robust.__all__
        if isinstance(kind := getattr(pytest_robust, name), type) and issubclass(kind, Criterion)
    }
    assert exported == set(SAMPLES)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_criteria_hold(name: str, check: Any) -> None:
    check(*SAMPLES[name])


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_criteria_compare_and_print_as_what_they_are(name: str) -> None:
    criterion = SAMPLES[name][0]
    assert criterion == criterion  # noqa: PLR0124 - evaluations are kept by it
    assert hash(criterion) == hash(criterion)
    assert repr(criterion).startswith(f"{name}(")


# ---------------------------------------------------------------- bad ones


@dataclass(frozen=True)
class Flawed(Criterion):
    """A criterion that a check has to catch."""

    about_classes: ClassVar = False

    def score(self, target: Any, outputs: Any) -> Any:
        return (outputs == target).astype(np.float64)


class Percent(Flawed):
    def score(self, target: Any, outputs: Any) -> Any:
        return 100 * super().score(target, outputs)


class OfTheBatch(Flawed):
    def score(self, target: Any, outputs: Any) -> Any:
        right = super().score(target, outputs)
        return right * right.mean()


class Writing(Flawed):
    def score(self, target: Any, outputs: Any) -> Any:
        outputs[0] = target[0]
        return super().score(target, outputs)


class Peeking(Flawed):
    needs_labels: ClassVar = False


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (Percent, check_scores),
        (OfTheBatch, check_each_alone),
        (Writing, check_nothing_written),
        (Peeking, check_labels),
    ],
)
def test_each_flaw_is_caught(kind: type[Flawed], check: Any) -> None:
    sample = (np.array([1.0, 2.0, 3.0]), np.array([9.0, 2.0, 3.0]))
    check(Flawed(), *sample)
    with pytest.raises(AssertionError):
        check(kind(), *sample)
