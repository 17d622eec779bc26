"""How far each pixel lies from marked ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Mask

__all__ = ["distance"]


def distance(marked: Mask, *, most: int) -> NDArray[np.float32]:
    """Return (height, width, n) the distance in pixels to the nearest marked one, or `most` if that is less.

    Args:
        marked: (height, width, n), the examples last, so that each step works on long runs of memory.
        most: Up to 127, so that its square and another fit into 16 bits.

    References:
        Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions", Theory of
        Computing 8, 2012: the square along one axis first, and then along the other.
    """
    far = np.where(marked, np.uint16(0), np.uint16(most))
    scratch = np.empty_like(far)
    step = 1
    while step < min(most, len(far)):
        # The way of every length is a sum of powers of two.
        _lower(far, far, step, step, scratch)
        step *= 2
    far *= far
    # Turned, so that steps go along the first axis again: what is left of an array is then one run of memory.
    squares = np.ascontiguousarray(far.swapaxes(0, 1))
    nearest, scratch = squares.copy(), np.empty_like(squares)
    for step in range(1, min(most, len(squares))):
        _lower(nearest, squares, step, step**2, scratch)
    return np.sqrt(nearest, dtype=np.float32).swapaxes(0, 1)


def _lower(
    values: NDArray[np.uint16], others: NDArray[np.uint16], step: int, more: int, scratch: NDArray[np.uint16]
) -> None:
    """Take what others hold a step before and after, and `more`, where that is less."""
    for here, there in ((slice(step, None), slice(-step)), (slice(-step), slice(step, None))):
        further = np.add(others[there], np.uint16(more), out=scratch[step:])
        np.minimum(values[here], further, out=values[here])
