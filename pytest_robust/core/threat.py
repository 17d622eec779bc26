"""What the adversary may do: a norm, a budget, and the values an input can take."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from numbers import Real

import numpy as np

from pytest_robust.core.arrays import Floats, Mask, blocks
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.norms import Norm, Sizes
from pytest_robust.core.streams import Streams

__all__ = ["ThreatModel", "check_budget"]

# One float32 rounding of x + delta near 1 is 6e-8; sums over an image's entries add up.
_ROUNDING = 1e-4
_SMALLEST_STEP_OF_A_WIDE_RANGE = 100


def check_budget(eps: float) -> None:
    """Refuse a budget that no norm can mean.

    Raises:
        InvalidArgument: `eps` is not a finite number above 0.
    """
    if not isinstance(eps, Real) or isinstance(eps, bool) or not isfinite(eps) or eps <= 0:
        raise InvalidArgument(
            f"eps={eps!r} must be a finite number above 0: it is the largest size of the change, "
            "in the unit of the inputs; for no change at all leave out under="
        )


@dataclass(frozen=True, kw_only=True)
class ThreatModel:
    """The changes an adversary may make.

    Args:
        norm: How a change is measured.
        eps: The largest change, in the inputs' own unit, above 0; infinity for any.
        bounds: The values an input can take.

    Raises:
        InvalidArgument: The budget makes no sense within the bounds.
    """

    norm: Norm
    eps: float
    bounds: Bounds

    def __post_init__(self) -> None:
        """Validate."""
        if self.eps != inf:
            check_budget(self.eps)
        span = self.bounds.span
        if self.bounds.finite and span >= _SMALLEST_STEP_OF_A_WIDE_RANGE and self.eps < 1:
            raise InvalidArgument(
                f"eps={self.eps:g} is less than one step of inputs in [{self.bounds.low:g}, {self.bounds.high:g}]: "
                f"eps is in the inputs' own unit; did you mean eps={self.eps * span:g}?"
            )

    def check_reach(self, shape: tuple[int, ...]) -> None:
        """Refuse a budget beyond which nothing more can change.

        Args:
            shape: The shape of one example.

        Raises:
            InvalidArgument: `eps` exceeds the largest change that the bounds allow.
        """
        largest = self.norm.diameter(self.bounds.span, int(np.prod(shape)))
        if self.bounds.finite and largest < self.eps < inf:
            raise InvalidArgument(
                f"eps={self.eps:g} is larger than any change within [{self.bounds.low:g}, {self.bounds.high:g}] "
                f"({self.norm!r} at most {largest:g}): every input could become every other; "
                "eps is in the inputs' own unit, so for inputs in [0, 1] write 8/255, not 8"
            )

    def project(self, point: Floats, x: Floats, *, out: Floats | None = None) -> Floats:
        """Return the points moved back into the ball around `x` and into the bounds.

        Args:
            point: (n, ...) anywhere.
            x: (n, ...) the centres of the balls.
            out: (n, ...) where to write the result, `point` itself for instance.
        """
        allowed = np.empty_like(point) if out is None else out
        if self.eps == inf:
            # To the last bit where it was: a nearest change lies right at the boundary.
            np.copyto(allowed, self.bounds.clip(point))
            return allowed
        for rows in blocks(len(x), x.shape[1:]):
            allowed[rows] = self.norm.project(point[rows], x[rows], self.eps, self.bounds.low, self.bounds.high)
        return allowed

    def sample(self, x: Floats, streams: Streams) -> Floats:
        """Return a random allowed point around each of `x`."""
        point = self.norm.sample(x.shape[1:], self.eps, streams)
        point += x
        return self.project(point, x, out=point)

    def distance(self, point: Floats, x: Floats) -> Floats:
        """Return (n,) how far each point is from `x` in the norm."""
        far = np.empty(len(x))
        for rows in blocks(len(x), x.shape[1:]):
            far[rows] = self.norm.size(point[rows].astype(np.float32, copy=False) - x[rows])
        return far

    def ascend(self, point: Floats, gradient: Floats, size: Sizes) -> Floats:
        """Return each point after the step of `size` that climbs most within the bounds."""
        sizes = np.broadcast_to(np.asarray(size, dtype=np.float64), len(point)) if np.ndim(size) else None
        low: Floats = np.asarray(self.bounds.low, dtype=np.float32)
        high: Floats = np.asarray(self.bounds.high, dtype=np.float32)
        walled = isfinite(self.bounds.low) or isfinite(self.bounds.high)
        climbed = np.empty_like(point)
        for rows in blocks(len(point), point.shape[1:]):
            start = point[rows]
            room = (low - start, high - start) if walled else (low, high)
            climbed[rows] = start + self.norm.steepest(gradient[rows], size if sizes is None else sizes[rows], *room)
        return climbed

    def allows(self, point: Floats, x: Floats) -> Mask:
        """Return (n,) whether each point is finite, within the budget and within the bounds."""
        slack = self.eps * _ROUNDING
        near = self.distance(point, x) <= self.eps + slack
        edge = self.bounds.span * 1e-6
        flat = point.reshape(len(point), -1)
        inside = (flat >= self.bounds.low - edge).all(axis=1) & (flat <= self.bounds.high + edge).all(axis=1)
        return np.isfinite(flat).all(axis=1) & near & inside
