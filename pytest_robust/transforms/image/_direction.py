"""Across and up, for the transforms that tell them apart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from pytest_robust.core.errors import InvalidArgument

__all__ = ["Direction", "Horizontal", "Vertical", "check_direction"]


class Direction(ABC):
    """Along which side of an image a transform works."""

    @property
    @abstractmethod
    def axis(self) -> int:
        """The axis of one (height, width, channels) image that runs along it."""


@dataclass(frozen=True)
class Horizontal(Direction):
    """Left and right, along the width.

    Examples:
        >>> Horizontal()
        Horizontal()
    """

    @property
    def axis(self) -> int:
        """That of the columns."""
        return 1


@dataclass(frozen=True)
class Vertical(Direction):
    """Top and bottom, along the height.

    Examples:
        >>> Vertical()
        Vertical()
    """

    @property
    def axis(self) -> int:
        """That of the rows."""
        return 0


def check_direction(direction: object) -> None:
    """Refuse what is no direction.

    Raises:
        InvalidArgument: `direction` is none.
    """
    if not isinstance(direction, Direction):
        raise InvalidArgument(f"direction={direction!r} must be Horizontal() or Vertical()")
