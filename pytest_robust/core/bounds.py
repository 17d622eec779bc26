"""The values an input can take."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.errors import InvalidArgument, InvalidData

__all__ = ["UNBOUNDED", "Bounds", "infer_bounds"]

_GREY_LEVELS = 255
_IMAGE_RANK = 3


@dataclass(frozen=True)
class Bounds:
    """The smallest and the largest value of an input, in its own unit.

    Args:
        low: Smallest value; minus infinity where there is none.
        high: Largest value, above `low`; infinity where there is none.

    Raises:
        InvalidArgument: `low` is not below `high`.

    Examples:
        >>> Bounds(0, 255).span
        255.0
        >>> UNBOUNDED.span
        1.0
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        """Validate."""
        object.__setattr__(self, "low", float(self.low))
        object.__setattr__(self, "high", float(self.high))
        if isnan(self.low) or isnan(self.high) or not self.low < self.high:
            raise InvalidArgument(f"bounds=({self.low}, {self.high}): the first must be below the second")

    @property
    def finite(self) -> bool:
        """Whether both ends exist."""
        return isfinite(self.low) and isfinite(self.high)

    @property
    def span(self) -> float:
        """The width of the range, the unit of relative parameters; 1 where it has no end."""
        return self.high - self.low if self.finite else 1.0

    @property
    def floor(self) -> float:
        """The value of nothing: the lower bound, or 0 where there is none."""
        return self.low if isfinite(self.low) else 0.0

    def clip(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return `x` with each value moved to the nearest allowed one."""
        if self.low == -inf and self.high == inf:
            return x
        clipped: NDArray[Any] = np.clip(x, np.float32(self.low), np.float32(self.high))
        return clipped


UNBOUNDED = Bounds(-inf, inf)


def infer_bounds(x: NDArray[Any]) -> Bounds:
    """Return the bounds that `x` leaves no doubt about.

    Floating values all in [0, 1] mean [0, 1]; integers, and floating images that reach
    beyond 1, all in 0..255 mean [0, 255].

    Args:
        x: (n, ...) numbers.

    Raises:
        InvalidData: The values fit several ranges, or none.
    """
    low, high = float(np.nanmin(x)), float(np.nanmax(x))  # a table may miss values
    integral = np.issubdtype(x.dtype, np.integer)
    if not integral and low >= 0 and high <= 1:
        return Bounds(0, 1)
    image = x.ndim >= _IMAGE_RANK
    if low >= 0 and high <= _GREY_LEVELS and (x.dtype == np.uint8 or (image and high > 1)):
        return Bounds(0, _GREY_LEVELS)
    raise InvalidData(
        f"the inputs lie in [{low:g}, {high:g}] ({x.dtype}), which does not tell their range; "
        "pass bounds=(lowest, highest), or bounds=pytest_robust.UNBOUNDED if they have no limits"
    )
