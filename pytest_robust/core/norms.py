"""How large a change is, and which change of that size climbs fastest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import prod

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.streams import Streams

__all__ = ["L1", "L2", "LInf", "Norm"]


_SMALL = 1e-25


def _flat(x: Floats) -> Floats:
    # Not -1: attacks end with no rows left.
    return x.reshape(len(x), prod(x.shape[1:]))


def _column(values: Floats, x: Floats) -> Floats:
    return values.reshape(-1, *[1] * (x.ndim - 1)).astype(x.dtype)


class Norm(ABC):
    """A way to measure a change of an example."""

    @abstractmethod
    def size(self, delta: Floats) -> Floats:
        """Return (n,) the norm of each example's change.

        Args:
            delta: (n, ...) changes.
        """

    @abstractmethod
    def steepest(self, gradient: Floats, size: float, low: Floats, high: Floats) -> Floats:
        """Return the change within `size` and the box that climbs most along `gradient`.

        Args:
            gradient: (n, ...) uphill directions.
            size: The largest norm of a change, above 0.
            low: (n, ...) or scalar, at most 0: how far each entry may go down.
            high: (n, ...) or scalar, at least 0: how far each entry may go up.
        """

    @abstractmethod
    def project(self, delta: Floats, size: float) -> Floats:
        """Return the nearest change (in L2) whose norm is at most `size`."""

    @abstractmethod
    def sample(self, shape: tuple[int, ...], size: float, streams: Streams) -> Floats:
        """Return (n, *shape) changes drawn uniformly from the ball of `size`."""

    @abstractmethod
    def diameter(self, span: float, entries: int) -> float:
        """Return the largest norm a change can have in a box `span` wide with `entries`."""


@dataclass(frozen=True, repr=False)
class _LInf(Norm):
    """The largest change of any entry."""

    def __repr__(self) -> str:
        return "LInf"

    def size(self, delta: Floats) -> Floats:
        return np.abs(_flat(delta)).max(axis=1)

    def steepest(self, gradient: Floats, size: float, low: Floats, high: Floats) -> Floats:
        step = np.sign(gradient)
        step *= np.float32(size)
        # np.clip takes three times as long between arrays; this is the hot loop of PGD.
        np.maximum(step, low, out=step)
        return np.minimum(step, high, out=step)

    def project(self, delta: Floats, size: float) -> Floats:
        return np.clip(delta, -np.float32(size), np.float32(size))

    def sample(self, shape: tuple[int, ...], size: float, streams: Streams) -> Floats:
        return streams.uniform("ball", shape, -size, size)

    def diameter(self, span: float, entries: int) -> float:  # noqa: ARG002 - the interface's
        return span


@dataclass(frozen=True, repr=False)
class _L2(Norm):
    """The Euclidean length of the change."""

    def __repr__(self) -> str:
        return "L2"

    def size(self, delta: Floats) -> Floats:
        # float64: the square root of a float32 sum over many entries would fail the check
        # of a budget that is met exactly.
        flat = _flat(delta).astype(np.float64)
        return np.sqrt(np.einsum("nd,nd->n", flat, flat))

    def steepest(self, gradient: Floats, size: float, low: Floats, high: Floats) -> Floats:
        length = self.size(gradient)
        # Near the ends of float32 the factor to unit length is no float32.
        if ((length > 0) & ((length < _SMALL) | (length > 1 / _SMALL))).any():
            largest = np.abs(_flat(gradient)).max(axis=1)
            gradient = gradient / _column(np.where(largest > 0, largest, 1), gradient)
            length = self.size(gradient)
        # A zero gradient has no direction: stay.
        scale = _column(np.divide(size, length, out=np.zeros_like(length), where=length > 0), gradient)
        delta = np.clip(gradient * scale, low, high)
        # Entries at the box's wall leave budget over. The optimum is clip(c * gradient) with
        # the c that uses the budget up (the multiplier of the ball's constraint); a few
        # rounds of rescaling the free entries find it, since each round only adds walls.
        for _ in range(8):
            spare = size**2 - self.size(delta) ** 2
            free = (delta > low) & (delta < high) & (gradient != 0)
            inside = self.size(np.where(free, delta, 0))
            grow = (spare > 1e-6 * size**2) & (inside > 0)
            if not grow.any():
                break
            factor = np.ones_like(spare)
            factor[grow] = np.sqrt(1 + spare[grow] / inside[grow] ** 2)
            delta = np.where(free, np.clip(delta * _column(factor, delta), low, high), delta)
        return delta

    def project(self, delta: Floats, size: float) -> Floats:
        length = self.size(delta)
        # The factor leaves room for one float32 rounding, so that a projection is idempotent.
        shrink = np.where(length > size, size * (1 - 2e-7) / np.maximum(length, 1e-30), 1.0)
        return delta * _column(shrink, delta)

    def sample(self, shape: tuple[int, ...], size: float, streams: Streams) -> Floats:
        direction = streams.normal("direction", shape)
        entries = direction[0].size if len(direction) else 1
        radius = size * streams.uniform("radius").astype(np.float64) ** (1 / entries)
        return direction * _column(radius / np.maximum(self.size(direction), 1e-30), direction)

    def diameter(self, span: float, entries: int) -> float:
        return span * float(np.sqrt(entries))


@dataclass(frozen=True, repr=False)
class _L1(Norm):
    """The sum of all entries' changes."""

    def __repr__(self) -> str:
        return "L1"

    def size(self, delta: Floats) -> Floats:
        return np.abs(_flat(delta)).sum(axis=1, dtype=np.float64)

    def steepest(self, gradient: Floats, size: float, low: Floats, high: Floats) -> Floats:
        # A linear function over an L1 ball and a box is a fractional knapsack: fill the
        # steepest entry to its wall, then the next, until the budget is spent. Without
        # walls the first takes it all.
        slope = _flat(np.abs(gradient))
        wall = np.where(gradient > 0, np.broadcast_to(high, gradient.shape), -np.broadcast_to(low, gradient.shape))
        room = np.minimum(np.where(gradient != 0, wall, 0), size).reshape(slope.shape)
        order = np.argsort(-slope, axis=1, kind="stable")
        sorted_room = np.take_along_axis(room, order, axis=1).astype(np.float64)
        before = np.cumsum(sorted_room, axis=1) - sorted_room
        spent = np.clip(size - before, 0, sorted_room)
        amount = np.empty_like(slope)
        np.put_along_axis(amount, order, spent.astype(slope.dtype), axis=1)
        return np.sign(gradient) * amount.reshape(gradient.shape)

    def project(self, delta: Floats, size: float) -> Floats:
        # Duchi et al., "Efficient projections onto the l1-ball", ICML 2008, figure 1.
        flat = _flat(np.abs(delta)).astype(np.float64)
        over = flat.sum(axis=1) > size
        if not over.any():
            return delta
        descending = -np.sort(-flat[over], axis=1)
        excess = np.cumsum(descending, axis=1) - size * (1 - 2e-7)
        counts = np.arange(1, flat.shape[1] + 1)
        last = np.count_nonzero(descending * counts > excess, axis=1) - 1
        threshold = np.zeros(len(flat))
        threshold[over] = np.take_along_axis(excess, last[:, None], axis=1)[:, 0] / (last + 1)
        kept = np.maximum(flat - threshold[:, None], 0).astype(delta.dtype).reshape(delta.shape)
        return np.sign(delta) * kept

    def sample(self, shape: tuple[int, ...], size: float, streams: Streams) -> Floats:
        # Exponential magnitudes divided by their sum and one more lie uniformly in the
        # simplex; random signs spread them over the ball (Barthe et al., 2005).
        magnitude = -np.log1p(-streams.uniform("magnitude", shape).astype(np.float64))
        extra = -np.log1p(-streams.uniform("extra").astype(np.float64))
        total = _flat(magnitude).sum(axis=1) + extra
        sign = np.where(streams.uniform("sign", shape) < 0.5, -1.0, 1.0)  # noqa: PLR2004 - a fair coin
        return (sign * magnitude * _column(size / total, magnitude)).astype(np.float32)

    def diameter(self, span: float, entries: int) -> float:
        return span * entries


LInf: Norm = _LInf()
L2: Norm = _L2()
L1: Norm = _L1()
