"""Which way the probability of a class ought to move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from scipy.special import softmax

from pytest_robust.core.arrays import Floats, Labels, Outputs
from pytest_robust.core.criteria import AgainstClean
from pytest_robust.core.errors import InvalidArgument, InvalidModel
from pytest_robust.core.model import Classifier, Model

__all__ = ["ClassProbability", "Moves"]

_SCORES_RANK = 2
# In another batch the same input is answered with other roundings, a logit of 100 by 1e-5: that
# is no move.
_ROUNDING = 1e-5


@dataclass(frozen=True, kw_only=True)
class ClassProbability:
    """The probability of one class, read from a model's answers.

    Args:
        of: The class, as the labels name it, or its position.
        logits: Whether the answers are known to be logits; else they are taken for
            probabilities where they look like it.

    Examples:
        >>> ClassProbability(of=1).read(np.array([[0.25, 0.75], [0.5, 0.5]])).tolist()
        [0.75, 0.5]
    """

    of: str | int
    logits: bool = False

    def about(self, model: Model) -> ClassProbability:
        """Return the reader of a model's answers, with the position of the class.

        Raises:
            InvalidArgument: The model names no such class.
        """
        if not isinstance(model, Classifier):
            if isinstance(self.of, str):
                raise InvalidArgument(f"{self.of!r}: the model does not name its classes; give a position, from 0")
            return self
        classes = [] if model.classes is None else model.classes.tolist()
        # The labels' own word comes first: with classes 1 and 2, 1 is the first of them.
        if self.of in classes:
            return ClassProbability(of=classes.index(self.of), logits=True)
        if isinstance(self.of, str):
            known = f"the classes are {classes[:20]}" if classes else "the model does not name its classes"
            raise InvalidArgument(f"{self.of!r} is no class of the model: {known}; give one of them, or a position")
        return replace(self, logits=True)

    def read(self, outputs: Outputs) -> Floats:
        """Return (n,) probabilities of the class.

        Args:
            outputs: (n, classes) logits or probabilities.

        Raises:
            InvalidModel: The answers are no scores, or have no such class.
        """
        if outputs.ndim != _SCORES_RANK:
            raise InvalidModel(
                f"the probability of {self.of!r} takes a score for every class, and the model answers labels only"
            )
        if isinstance(self.of, str) or not 0 <= self.of < outputs.shape[1]:
            raise InvalidModel(f"{self.of!r} is outside the model's outputs 0..{outputs.shape[1] - 1}")
        wide = outputs.astype(np.float64)
        shares = not self.logits and bool((wide >= 0).all() and np.allclose(wide.sum(axis=1), 1, atol=1e-3))
        read: Floats = (wide if shares else softmax(wide, axis=1))[:, self.of]
        return read


@dataclass(frozen=True, kw_only=True)
class Moves(AgainstClean):
    """Right is a probability that moves by as much as stated.

    Args:
        probability: Of which class.
        at_least: By how much it must rise, from -1 to 1; below 0, by how much it may fall.
        at_most: By how much it may rise; below 0, by how much it must fall.

    Raises:
        InvalidArgument: The first is above the second.

    Examples:
        >>> falls = Moves(probability=ClassProbability(of=1), at_most=0.1)
        >>> falls.score(np.array([0.8, 0.6]), np.array([[0.15, 0.85], [0.2, 0.8]])).tolist()
        [1.0, 0.0]
    """

    about_classes: ClassVar = True

    probability: ClassProbability
    at_least: float = -1.0
    at_most: float = 1.0

    def __post_init__(self) -> None:
        """Validate."""
        if not self.at_least <= self.at_most:
            raise InvalidArgument(f"at_least={self.at_least!r} must not be above at_most={self.at_most!r}")

    def about(self, model: Model) -> Self:
        """Return the criterion with the position of its class."""
        return replace(self, probability=self.probability.about(model))

    def kept(self, outputs: Outputs) -> Labels:
        """Return (n,) the probabilities before the change."""
        return self.probability.read(outputs)

    def score(self, target: Labels, outputs: Outputs) -> Floats:
        """Return (n,) 1 where the probability moved by as much as stated."""
        rise = self.probability.read(outputs) - target
        return ((rise >= self.at_least - _ROUNDING) & (rise <= self.at_most + _ROUNDING)).astype(np.float64)
