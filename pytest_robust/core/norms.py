"""How large a change is, and which change of that size climbs fastest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

import numpy as np

from pytest_robust.core.arrays import Floats, Mask
from pytest_robust.core.streams import Streams

__all__ = ["L0", "L1", "L2", "LInf", "Norm", "Sizes"]


_SMALL = 1e-25
# Where there is no wall: float64 has room for its product with any float32 slope.
_FAR = 1e100
# On images five or six are enough; each adds at least one entry to those at their walls.
_ROUNDS = 50


def _flat(x: Floats) -> Floats:
    # Not -1: attacks end with no rows left.
    return x.reshape(len(x), prod(x.shape[1:]))


def _rows(size: Sizes, like: Floats) -> Any:  # noqa: ANN401 - a scalar or an array of its rank
    """Return a size, or one for each row, as it goes with an array."""
    return _column(np.asarray(size), like) if np.ndim(size) else like.dtype.type(size)


def _column(values: Floats, x: Floats) -> Floats:
    return values.reshape(-1, *[1] * (x.ndim - 1)).astype(x.dtype)


Sizes: TypeAlias = float | Floats
"""One size for all examples, or (n,) their own."""


class Norm(ABC):
    """A way to measure a change of an example."""

    @abstractmethod
    def size(self, delta: Floats) -> Floats:
        """Return (n,) the norm of each example's change.

        Args:
            delta: (n, ...) changes.
        """

    @abstractmethod
    def steepest(self, gradient: Floats, size: Sizes, low: Floats, high: Floats) -> Floats:
        """Return the change within `size` and the box that climbs most along `gradient`.

        Args:
            gradient: (n, ...) uphill directions.
            size: The largest norm of a change, at least 0.
            low: (n, ...) or scalar, at most 0: how far each entry may go down.
            high: (n, ...) or scalar, at least 0: how far each entry may go up.
        """

    @abstractmethod
    def reach(self, gradient: Floats, gain: Floats, low: Floats, high: Floats) -> Floats:
        """Return the smallest change within the box that climbs by `gain` along `gradient`.

        Where no change within the box climbs so far, the one that climbs most.

        Args:
            gradient: (n, ...) uphill directions.
            gain: (n,) what the product of gradient and change must come to, at least 0.
            low: (n, ...) or scalar, at most 0: how far each entry may go down.
            high: (n, ...) or scalar, at least 0: how far each entry may go up.
        """

    @abstractmethod
    def project(self, point: Floats, centre: Floats, size: Sizes, low: float, high: float) -> Floats:
        """Return the points moved to within `size` of their centres and between the walls.

        In LInf and L1 to the nearest such point (in L2). In L2 onto the ball first, then
        between the walls, which moves each entry towards the centre and so never out of the
        ball.

        Args:
            point: (n, ...) anywhere.
            centre: (n, ...) between the walls.
            size: The largest norm of the difference, at least 0, infinity for any.
            low: The least value of an entry.
            high: The largest value of an entry.
        """

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

    def steepest(self, gradient: Floats, size: Sizes, low: Floats, high: Floats) -> Floats:
        step = np.sign(gradient)
        step *= _rows(size, step)
        # np.clip takes three times as long between arrays; this is the hot loop of PGD.
        np.maximum(step, low, out=step)
        return np.minimum(step, high, out=step)

    def reach(self, gradient: Floats, gain: Floats, low: Floats, high: Floats) -> Floats:
        return _up_to_walls(gradient, np.ones_like(gradient), gain, _room(gradient, low, high))

    def project(self, point: Floats, centre: Floats, size: Sizes, low: float, high: float) -> Floats:
        limit = _rows(size, point)
        delta = np.clip(point - centre, -limit, limit)
        delta += centre
        return np.clip(delta, low, high, out=delta)

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

    def steepest(self, gradient: Floats, size: Sizes, low: Floats, high: Floats) -> Floats:
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
            spare = np.square(size) - self.size(delta) ** 2
            free = (delta > low) & (delta < high) & (gradient != 0)
            inside = self.size(np.where(free, delta, 0))
            grow = (spare > 1e-6 * np.square(size)) & (inside > 0)
            if not grow.any():
                break
            factor = np.ones_like(spare)
            factor[grow] = np.sqrt(1 + spare[grow] / inside[grow] ** 2)
            delta = np.where(free, np.clip(delta * _column(factor, delta), low, high), delta)
        return delta

    def reach(self, gradient: Floats, gain: Floats, low: Floats, high: Floats) -> Floats:
        return _up_to_walls(gradient, np.abs(gradient), gain, _room(gradient, low, high))

    def project(self, point: Floats, centre: Floats, size: Sizes, low: float, high: float) -> Floats:
        delta = point - centre
        length = self.size(delta)
        # The factor leaves room for one float32 rounding, so that a projection is idempotent.
        shrink = np.where(length > size, size * (1 - 2e-7) / np.maximum(length, 1e-30), 1.0)
        delta = delta * _column(shrink, delta)
        delta += centre
        return np.clip(delta, low, high, out=delta)

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

    def steepest(self, gradient: Floats, size: Sizes, low: Floats, high: Floats) -> Floats:
        # A linear function over an L1 ball and a box is a fractional knapsack: fill the
        # steepest entry to its wall, then the next, until the budget is spent. Without
        # walls the first takes it all.
        slope = _flat(np.abs(gradient))
        wall = np.where(gradient > 0, np.broadcast_to(high, gradient.shape), -np.broadcast_to(low, gradient.shape))
        room = np.minimum(np.where(gradient != 0, wall, 0), _rows(size, gradient)).reshape(slope.shape)
        order = np.argsort(-slope, axis=1, kind="stable")
        sorted_room = np.take_along_axis(room, order, axis=1).astype(np.float64)
        before = np.cumsum(sorted_room, axis=1) - sorted_room
        spent = np.clip(np.reshape(size, (-1, 1)) - before, 0, sorted_room)
        amount = np.empty_like(slope)
        np.put_along_axis(amount, order, spent.astype(slope.dtype), axis=1)
        return np.sign(gradient) * amount.reshape(gradient.shape)

    def reach(self, gradient: Floats, gain: Floats, low: Floats, high: Floats) -> Floats:
        # The knapsack again, filled until it is worth the gain.
        slope, room = _flat(np.abs(gradient)).astype(np.float64), _flat(_room(gradient, low, high))
        order = np.argsort(-slope, axis=1, kind="stable")
        slope, room = np.take_along_axis(slope, order, axis=1), np.take_along_axis(room, order, axis=1)
        worth = _worth(slope, room)
        left = np.clip(gain[:, None] - (np.cumsum(worth, axis=1) - worth), 0, worth)
        amount = np.empty_like(slope)
        np.put_along_axis(amount, order, left / np.where(slope > 0, slope, 1), axis=1)
        return np.sign(gradient) * amount.astype(gradient.dtype).reshape(gradient.shape)

    def project(self, point: Floats, centre: Floats, size: Sizes, low: float, high: float) -> Floats:
        delta = point - centre
        magnitude = _flat(np.abs(delta)).astype(np.float64)
        room = _flat(np.where(delta > 0, np.float32(high) - centre, centre - np.float32(low))).astype(np.float64)
        inside = np.minimum(magnitude, room)
        over = inside.sum(axis=1) > size
        if over.any():
            # The nearest point shortens all entries by the same amount, as far as they are
            # beyond their walls after that (Croce and Hein, "Mind the box", ICML 2021,
            # arXiv:2103.01208, proposition 2.1).
            sizes = np.broadcast_to(np.asarray(size, dtype=np.float64), over.shape)[over]
            threshold = _shortening(magnitude[over], room[over], sizes * (1 - 2e-7))
            inside[over] = np.clip(magnitude[over] - threshold[:, None], 0, room[over])
        moved = centre + np.sign(delta) * inside.astype(delta.dtype).reshape(delta.shape)
        return np.clip(moved, low, high, out=moved)

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


@dataclass(frozen=True, repr=False)
class _L0(Norm):
    """How many entries change."""

    def __repr__(self) -> str:
        return "L0"

    def size(self, delta: Floats) -> Floats:
        return np.count_nonzero(_flat(delta), axis=1).astype(np.float64)

    def steepest(self, gradient: Floats, size: Sizes, low: Floats, high: Floats) -> Floats:
        wall = np.where(gradient > 0, np.broadcast_to(high, gradient.shape), np.broadcast_to(low, gradient.shape))
        # Where there is no wall no entry climbs most; its slope then says which are taken.
        gain = np.where(np.isfinite(wall), gradient * wall, np.abs(gradient))
        moved = np.where(np.isfinite(wall), wall, np.sign(gradient))
        chosen = _largest(_flat(gain), size) & (_flat(gain) > 0)
        return np.where(chosen.reshape(gradient.shape), moved, 0).astype(gradient.dtype)

    def reach(self, gradient: Floats, gain: Floats, low: Floats, high: Floats) -> Floats:
        # The entries that are worth most when they go to their walls; the last goes as far as it must.
        slope, room = _flat(np.abs(gradient)).astype(np.float64), _flat(_room(gradient, low, high))
        order = np.argsort(-(slope * np.minimum(room, _FAR)), axis=1, kind="stable")
        slope, room = np.take_along_axis(slope, order, axis=1), np.take_along_axis(room, order, axis=1)
        worth = _worth(slope, room)
        left = np.clip(gain[:, None] - (np.cumsum(worth, axis=1) - worth), 0, worth)
        amount = np.empty_like(slope)
        np.put_along_axis(amount, order, left / np.where(slope > 0, slope, 1), axis=1)
        return np.sign(gradient) * amount.astype(gradient.dtype).reshape(gradient.shape)

    def project(self, point: Floats, centre: Floats, size: Sizes, low: float, high: float) -> Floats:
        inside = np.clip(point, low, high)
        kept = _largest(_flat(np.abs(inside - centre)), size).reshape(point.shape)
        return np.where(kept, inside, centre)

    def sample(self, shape: tuple[int, ...], size: float, streams: Streams) -> Floats:
        # This ball has no end, so nothing is uniform in it: random entries, as far as the walls.
        rank = _flat(streams.uniform("entries", shape))
        sign = np.where(streams.uniform("sign", shape) < 0.5, -1.0, 1.0).astype(np.float32)  # noqa: PLR2004 - a fair coin
        far = np.float32(np.finfo(np.float32).max / 4)
        return np.where(_largest(rank, size).reshape(sign.shape), sign * far, np.float32(0))

    def diameter(self, span: float, entries: int) -> float:  # noqa: ARG002 - the interface's
        return float(entries)


def _room(gradient: Floats, low: Floats, high: Floats) -> Floats:
    """Return (n, ...) float64: how far each entry may go uphill, infinity without a wall."""
    wall = np.where(gradient > 0, np.broadcast_to(high, gradient.shape), -np.broadcast_to(low, gradient.shape))
    room: Floats = np.maximum(wall.astype(np.float64), 0)
    return room


def _worth(slope: Floats, room: Floats) -> Floats:
    """Return (n, d) how far each entry climbs on its way to its wall; a flat one nowhere."""
    return np.multiply(slope, np.minimum(room, _FAR), out=np.zeros_like(slope), where=slope > 0)


def _up_to_walls(gradient: Floats, pace: Floats, gain: Floats, room: Floats) -> Floats:
    """Return t * pace uphill, each entry as far as its wall, with the t at which it climbs by the gain.

    What is climbed is piecewise linear in t. Each round takes the t that would do if no more
    entries met their walls; it only rises, so an entry at its wall stays there, and the rounds
    end when none is added.
    """
    pace64, slope = _flat(pace).astype(np.float64), _flat(np.abs(gradient)).astype(np.float64)
    limit = _flat(room)
    rate = slope * pace64
    free = rate > 0
    climbed, t = np.zeros(len(rate)), np.zeros(len(rate))
    for _ in range(_ROUNDS):
        left = np.where(free, rate, 0).sum(axis=1)
        t = np.divide(gain - climbed, left, out=t, where=left > 0)
        over = free & (t[:, None] * pace64 > limit)
        if not over.any():
            break
        climbed += np.where(over, slope * np.where(np.isfinite(limit), limit, 0), 0).sum(axis=1)
        free &= ~over
    amount = np.where(free, np.minimum(t[:, None] * pace64, limit), np.where(rate > 0, limit, 0))
    return np.sign(gradient) * amount.astype(gradient.dtype).reshape(gradient.shape)


def _largest(values: Floats, count: Sizes) -> Mask:
    """Return (n, d) where the `count` largest of each row's values are, the first of equal ones."""
    order = np.argsort(-values, axis=1, kind="stable")
    chosen = np.zeros(values.shape, dtype=bool)
    np.put_along_axis(chosen, order, np.arange(values.shape[1]) < np.reshape(np.floor(count), (-1, 1)), axis=1)
    return chosen


def _shortening(magnitude: Floats, room: Floats, size: Floats) -> Floats:
    """Return (n,) the t > 0 for which the sum of clip(magnitude - t, 0, room) is `size`.

    The sum at t = 0 is larger. From the largest magnitude downwards it rises with a slope that
    grows by one at each magnitude and falls by one where an entry comes to its wall.
    """
    entries = magnitude.shape[1]
    corners = np.concatenate([magnitude, np.maximum(magnitude - room, 0), np.zeros((len(room), 1))], axis=1)
    turns = np.concatenate([np.ones(entries), -np.ones(entries), [0.0]])
    order = np.argsort(-corners, axis=1)
    corners = np.take_along_axis(corners, order, axis=1)
    slope = np.cumsum(turns[order], axis=1)
    total = np.cumsum(slope[:, :-1] * -np.diff(corners, axis=1), axis=1)
    # The piece on which the sum comes to the size: its end is the first at or beyond it.
    piece = np.minimum((total < size[:, None]).sum(axis=1), total.shape[1] - 1)[:, None]
    before = np.where(piece > 0, np.take_along_axis(total, np.maximum(piece - 1, 0), axis=1), 0.0)
    rate = np.take_along_axis(slope, piece, axis=1)
    start = np.take_along_axis(corners, piece, axis=1)
    threshold: Floats = (start - (size[:, None] - before) / np.maximum(rate, 1))[:, 0]
    return threshold


LInf: Norm = _LInf()
L2: Norm = _L2()
L1: Norm = _L1()
L0: Norm = _L0()
