"""The two ends of a sequence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from pytest_robust.core.errors import InvalidArgument

__all__ = ["Left", "Right", "Side", "check_side"]


class Side(ABC):
    """An end of a sequence."""

    @abstractmethod
    def last(self, steps: NDArray[Any]) -> NDArray[Any]:
        """Return a view of (n, steps, ...) values in the order that ends at this side; twice, the order they had."""


@dataclass(frozen=True)
class Left(Side):
    """The start: the first steps.

    Examples:
        >>> Left()
        Left()
    """

    def last(self, steps: NDArray[Any]) -> NDArray[Any]:
        """Return the steps backwards."""
        return steps[:, ::-1]


@dataclass(frozen=True)
class Right(Side):
    """The end: the last steps.

    Examples:
        >>> Right()
        Right()
    """

    def last(self, steps: NDArray[Any]) -> NDArray[Any]:
        """Return the steps as they are."""
        return steps


def check_side(side: object) -> None:
    """Refuse what is not an end of a sequence.

    Raises:
        InvalidArgument: It is not.
    """
    if not isinstance(side, Side):
        raise InvalidArgument(f"side={side!r} must be Left() or Right(), from pytest_robust.transforms")
