"""The plasma fractal: clouds by the diamond-square algorithm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.streams import Streams

__all__ = ["plasma"]


def plasma(streams: Streams, size: int, *, decay: float) -> NDArray[np.float32]:
    """Return (n, side, side) cloudy fields from 0 to 1 on a torus, both reached.

    Each scale puts at the middle of every square, and then of every diamond, the mean of its four
    corners and a random value.

    Args:
        streams: The examples' random numbers.
        size: The least side; the side is the next power of two, and at least 2.
        decay: The square root of what the random values shrink by from a scale to the next finer.

    References:
        Fournier, Fussell and Carpenter, "Computer rendering of stochastic models",
        Communications of the ACM 25(6), 1982.
    """
    side = max(2, 1 << (size - 1).bit_length())
    # One random value a cell: each is the middle of one square or diamond, and its value is added to in place.
    field = streams.uniform("plasma", (side, side), -1.0, 1.0)
    field[:, 0, 0] = 0
    step, amplitude = side, 1.0
    while step > 1:
        half = step // 2
        corners, middles = field[:, ::step, ::step], field[:, half::step, half::step]
        above, beside = field[:, half::step, ::step], field[:, ::step, half::step]
        weight = np.float32(amplitude)
        pairs = corners + _next(corners, 1)
        middles *= weight
        middles += (pairs + _next(pairs, 2)) / 4
        beside *= weight
        beside += (corners + _next(corners, 2) + middles + _last(middles, 1)) / 4
        above *= weight
        above += (pairs + middles + _last(middles, 2)) / 4
        step, amplitude = half, amplitude / decay**2
    field -= field.min(axis=(1, 2), keepdims=True)
    field /= field.max(axis=(1, 2), keepdims=True)
    return field


def _next(cells: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Return each cell's neighbour further on; the first is the last one's."""
    return np.concatenate((_part(cells, axis, slice(1, None)), _part(cells, axis, slice(1))), axis=axis)


def _last(cells: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Return each cell's neighbour before; the last is the first one's."""
    return np.concatenate((_part(cells, axis, slice(-1, None)), _part(cells, axis, slice(-1))), axis=axis)


def _part(cells: NDArray[np.float32], axis: int, kept: slice) -> NDArray[np.float32]:
    return cells[:, kept] if axis == 1 else cells[:, :, kept]
