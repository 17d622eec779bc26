"""What stands where readings were lost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Integers, Mask
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.transforms.sequence._sequences import check_number, take_steps

__all__ = ["Gap", "Hold", "Interpolate", "SetTo", "check_gap"]

Readings = NDArray[np.float32]


class Gap(ABC):
    """A way to fill the gaps in readings."""

    @abstractmethod
    def filled(self, x: Readings, kept: Mask) -> Readings:
        """Return the readings with new values where they are not kept.

        Args:
            x: (n, steps, features) readings.
            kept: (n, steps) which steps are kept, at least one of each example.
        """


@dataclass(frozen=True)
class Hold(Gap):
    """Hold the last reading that arrived; before the first, that one.

    Examples:
        >>> Hold()
        Hold()
    """

    def filled(self, x: Readings, kept: Mask) -> Readings:
        """Return the readings held."""
        return take_steps(x, _before(kept))


@dataclass(frozen=True)
class Interpolate(Gap):
    """Draw a straight line between the readings beside the gap; beyond the ends hold the nearest.

    Examples:
        >>> Interpolate()
        Interpolate()
    """

    def filled(self, x: Readings, kept: Mask) -> Readings:
        """Return the readings interpolated."""
        before = _before(kept)
        last = kept.shape[1] - 1
        after = last - _before(kept[:, ::-1])[:, ::-1]
        # Where a step is kept, or only one side is, both are the same: the width is 0.
        way = (np.arange(last + 1) - before) / np.maximum(after - before, 1)
        start = take_steps(x, before)
        start += way[..., None].astype(np.float32) * (take_steps(x, after) - start)
        return start


@dataclass(frozen=True)
class SetTo(Gap):
    """Write one value, as a driver that reports errors does.

    Args:
        value: In the inputs' own unit.

    Raises:
        InvalidArgument: `value` is not a finite number.

    Examples:
        >>> SetTo(-1)
        SetTo(value=-1)
    """

    value: float

    def __post_init__(self) -> None:
        """Validate."""
        check_number("value", self.value)

    def filled(self, x: Readings, kept: Mask) -> Readings:
        """Return the readings with the value in their gaps."""
        return np.where(kept[..., None], x, np.float32(self.value))


def _before(kept: Mask) -> Integers:
    """Return for each step the last kept one up to it; before the first, the first."""
    steps = np.where(kept, np.arange(kept.shape[1]), kept.argmax(axis=1)[:, None])
    return np.maximum.accumulate(steps, axis=1, out=steps)


def check_gap(gap: object) -> None:
    """Refuse what does not fill a gap.

    Raises:
        InvalidArgument: It does not.
    """
    if not isinstance(gap, Gap):
        raise InvalidArgument(
            f"gap={gap!r} must be Hold(), Interpolate() or SetTo(value), from pytest_robust.transforms"
        )
