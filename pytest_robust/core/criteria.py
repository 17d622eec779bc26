"""What counts as right, per example, from 0 to 1."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any, ClassVar, Self

import numpy as np

from pytest_robust.core.arrays import Floats, Labels, Outputs
from pytest_robust.core.errors import InvalidArgument, InvalidData, InvalidModel
from pytest_robust.core.model import Model

__all__ = ["AgainstClean", "ByFunction", "Correct", "Criterion", "SameAsClean", "TopK", "WithinTolerance", "answers"]

_SCORES_RANK = 2


def answers(outputs: Outputs) -> Labels:
    """Return (n,) what the model says: the class of the highest score, or the label itself."""
    # Boxes are a table an image as well, in which nothing is a score.
    scores = outputs.ndim == _SCORES_RANK and outputs.dtype.names is None
    labels: Labels = outputs.argmax(axis=1) if scores else outputs
    return labels


class Criterion(ABC):
    """Judges an answer by the target, example by example."""

    about_classes: ClassVar[bool]
    """Whether it reads classes (a classifier's logits) rather than a model's own outputs."""

    needs_labels: ClassVar[bool] = True
    """Whether right is a matter of labels, rather than of the answer alone or of the one before the change."""

    @abstractmethod
    def score(self, target: Labels, outputs: Outputs) -> Floats:
        """Return (n,) scores: 1 right, 0 wrong.

        Args:
            target: (n, ...) what should be answered.
            outputs: (n, classes) scores, (n,) labels or (n,) values.
        """

    def wanted(self, y: Labels) -> Labels:
        """Return the labels in the form they are judged in; most are taken as they are."""
        return y

    def read(self, outputs: Outputs) -> Outputs:
        """Return a model's answers in the form they are judged in; most are taken as they are."""
        return outputs

    def about(self, model: Model) -> Self:  # noqa: ARG002 - for those that name a class
        """Return the criterion as it reads a model's answers; most need to know nothing of it.

        Raises:
            InvalidArgument: It names something that the model does not know.
        """
        return self


class AgainstClean(Criterion):
    """Judges an answer by the one to the unchanged input: needs no labels."""

    needs_labels: ClassVar = False

    @abstractmethod
    def kept(self, outputs: Outputs) -> Labels:
        """Return (n, ...) what is kept of the answers to unchanged inputs, the target of `score`."""


@dataclass(frozen=True)
class Correct(Criterion):
    """Right is the label itself.

    Examples:
        >>> Correct().score(np.array([1, 0]), np.array([[0.1, 0.9], [0.3, 0.7]])).tolist()
        [1.0, 0.0]
    """

    about_classes: ClassVar = True

    def score(self, target: Labels, outputs: Outputs) -> Floats:
        """Return (n,) 1 where the answer is the label."""
        return (answers(outputs) == target).astype(np.float64)


@dataclass(frozen=True)
class TopK(Criterion):
    """Right is the label among the `k` highest scores.

    Args:
        k: At least 1.

    Examples:
        >>> TopK(2).score(np.array([1]), np.array([[0.5, 0.3, 0.2]])).tolist()
        [1.0]
    """

    about_classes: ClassVar = True

    k: int

    def __post_init__(self) -> None:
        """Validate."""
        if isinstance(self.k, bool) or not isinstance(self.k, int) or self.k < 1:
            raise InvalidArgument(f"TopK({self.k!r}): k must be an integer, at least 1")

    def score(self, target: Labels, outputs: Outputs) -> Floats:
        """Return (n,) 1 where the label is among the first `k` of the ranking."""
        if outputs.ndim != _SCORES_RANK:
            raise InvalidModel(f"TopK({self.k}) needs a score for every class, and the model answers labels only")
        label = np.asarray(target, dtype=np.int64)[:, None]
        at_label = np.take_along_axis(outputs, label, axis=1)
        # Equal scores rank by class, as argmax does: forests give most classes exactly 0, and
        # all of these would count as among the highest.
        above = (outputs > at_label) | ((outputs == at_label) & (np.arange(outputs.shape[1]) < label))
        return (above.sum(axis=1) < self.k).astype(np.float64)


@dataclass(frozen=True)
class WithinTolerance(Criterion):
    """Right is a value at most `tolerance` from the target: for regression.

    Args:
        tolerance: At least 0, in the target's unit.

    Examples:
        >>> WithinTolerance(0.5).score(np.array([1.0, 2.0]), np.array([1.2, 3.0])).tolist()
        [1.0, 0.0]
    """

    about_classes: ClassVar = False

    tolerance: float

    def __post_init__(self) -> None:
        """Validate."""
        if not isfinite(self.tolerance) or self.tolerance < 0:
            raise InvalidArgument(f"WithinTolerance({self.tolerance!r}): must be a finite number, at least 0")

    def score(self, target: Labels, outputs: Outputs) -> Floats:
        """Return (n,) 1 where every value is near enough."""
        values, wanted = outputs.reshape(len(outputs), -1), target.reshape(len(target), -1)
        if values.shape != wanted.shape:
            raise InvalidData(
                f"the model answers {values.shape[1]} values an example, the targets have {wanted.shape[1]}"
            )
        return (np.abs(values - wanted) <= self.tolerance).all(axis=1).astype(np.float64)


@dataclass(frozen=True)
class SameAsClean(AgainstClean):
    """Right is whatever the model answers to the unchanged input: needs no labels."""

    about_classes: ClassVar = True

    def kept(self, outputs: Outputs) -> Labels:
        """Return (n,) the answers themselves."""
        if outputs.dtype.names is not None:
            raise InvalidModel(
                "the model answers boxes, which are never exactly the same: criterion=BoxesKept(iou=0.5)"
            )
        return answers(outputs)

    def score(self, target: Labels, outputs: Outputs) -> Floats:
        """Return (n,) 1 where the answer is still the one to the clean input.

        Args:
            target: The clean answers, which the engine puts in the labels' place.
            outputs: The answers to judge.
        """
        return Correct().score(target, outputs)


@dataclass(frozen=True)
class ByFunction(Criterion):
    """Right is what a function of the project's own says.

    Args:
        function: Takes one target and one output, returns a score from 0 to 1.
    """

    about_classes: ClassVar = False

    function: Callable[[Any, Any], float]

    def score(self, target: Labels, outputs: Outputs) -> Floats:
        """Return (n,) the function's scores."""
        scores = np.array([float(self.function(t, o)) for t, o in zip(target, outputs, strict=True)])
        wrong = ~((scores >= 0) & (scores <= 1))
        if wrong.any():
            raise InvalidArgument(
                f"criterion {self.function!r} gave {scores[wrong][0]!r}: a score must lie from 0 (wrong) to 1 (right)"
            )
        return scores
