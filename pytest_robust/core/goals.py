"""What an attack is after."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats, Integers, Mask
from pytest_robust.core.errors import InvalidArgument

__all__ = ["Goal", "Targeted", "Untargeted"]


class Goal(ABC):
    """Tells success, and which way the loss must go for it."""

    @abstractmethod
    def reached(self, predicted: Integers, y: Integers) -> Mask:
        """Return (n,) whether the adversary has what it wants.

        Args:
            predicted: (n,) class indices the model answers.
            y: (n,) class indices of the right answers.
        """

    @abstractmethod
    def labels(self, y: Integers) -> Integers:
        """Return (n,) the classes that the loss is about."""

    @abstractmethod
    def uphill(self, values: Floats) -> Floats:
        """Return losses or gradients turned so that up is what the adversary wants."""

    @abstractmethod
    def possible(self, y: Integers) -> Mask:
        """Return (n,) whether there is anything to want for examples with labels `y`."""


@dataclass(frozen=True)
class Untargeted(Goal):
    """Any wrong answer will do."""

    def reached(self, predicted: Integers, y: Integers) -> Mask:
        """Return where the answer is wrong."""
        return predicted != y

    def labels(self, y: Integers) -> Integers:
        """Return the right answers, whose loss is to rise."""
        return y

    def uphill(self, values: Floats) -> Floats:
        """Return them as they are."""
        return values

    def possible(self, y: Integers) -> Mask:
        """Return true: every answer can be wrong."""
        return np.ones(len(y), dtype=bool)


@dataclass(frozen=True)
class Targeted(Goal):
    """Only one answer will do.

    Args:
        label: The class index the adversary wants, at least 0.

    Examples:
        >>> import numpy as np
        >>> Targeted(3).reached(np.array([3, 5]), np.array([8, 8])).tolist()
        [True, False]
    """

    label: int

    def __post_init__(self) -> None:
        """Validate."""
        if isinstance(self.label, bool) or not isinstance(self.label, (int, np.integer)) or self.label < 0:
            raise InvalidArgument(f"Targeted({self.label!r}): the target is a class index, 0 or above")

    def __repr__(self) -> str:
        """Return code that makes this value."""
        return f"Targeted({self.label})"

    def reached(self, predicted: Integers, y: Integers) -> Mask:
        """Return where the answer is the target, and should not be."""
        return (predicted == self.label) & (y != self.label)

    def labels(self, y: Integers) -> Integers:
        """Return the target, whose loss is to fall."""
        return np.full_like(y, self.label)

    def uphill(self, values: Floats) -> Floats:
        """Return them negated."""
        return -values

    def possible(self, y: Integers) -> Mask:
        """Return where the right answer is another one."""
        return y != self.label
