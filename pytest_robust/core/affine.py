"""Move, turn and stretch a whole batch of images at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Floats
from pytest_robust.core.fill import Fill

__all__ = ["identities", "resample"]

# Pixels resampled together: each temporary array (256 KiB) stays in the processor's
# second-level cache. Half and double cost 5 % more, the whole batch at once three times.
_PIXELS = 2**16
_EXACT = 2**24


def identities(count: int) -> NDArray[np.float64]:
    """Return (count, 2, 3) matrices that change nothing."""
    return np.repeat(np.eye(2, 3)[None], count, axis=0)


def resample(images: NDArray[np.float32], inverse: NDArray[np.float64], fill: Fill) -> NDArray[np.float32]:
    """Return each image seen through its own affine map, interpolated bilinearly.

    Args:
        images: (n, height, width, channels), only read.
        inverse: (n, 2, 3) matrices from a pixel of the result to the place in the image it
            shows. Rows and columns are counted in pixels from the image's centre, downwards
            and to the right; the last column is the shift. An identity returns the image
            exactly.
        fill: What stands beyond the edges.
    """
    seen = np.empty(images.shape, dtype=np.float32)
    step = max(1, _PIXELS // (images.shape[1] * images.shape[2]))
    for start in range(0, len(images), step):
        part = slice(start, start + step)
        _resample(images[part], inverse[part], fill, out=seen[part])
    return seen


def _resample(
    images: NDArray[np.float32], inverse: NDArray[np.float64], fill: Fill, *, out: NDArray[np.float32]
) -> None:
    count, height, width, channels = images.shape
    source = _two_by_two(fill.bordered(images))
    stride, area = source.shape[2], source.shape[1] * source.shape[2]
    vertical = fill.folded(_source(inverse[:, 0], height, width, centre=(height - 1) / 2), height)
    horizontal = fill.folded(_source(inverse[:, 1], height, width, centre=(width - 1) / 2), width)
    top, down = _cell(vertical, source.shape[1])
    left, right = _cell(horizontal, stride)
    # Counting in float32, which is exact up to 2**24, saves a conversion of all coordinates.
    first: Floats = top.astype(np.float32 if count * area <= _EXACT else np.float64, copy=False)
    first *= stride
    first += left
    first += np.arange(count, dtype=first.dtype)[:, None, None] * area
    place = first.astype(np.intp)

    # Weights 0 and 1 on whole pixels, so that those come out exactly.
    up, away = 1 - down, 1 - right
    corners = ((0, up * away), (1, up * right), (stride, down * away), (stride + 1, down * right))
    for channel in range(channels):
        # One contiguous plane a channel: gathering single floats is twice as fast as
        # gathering triples.
        plane = np.ascontiguousarray(source[..., channel]).reshape(-1)
        total = plane.take(place)
        total *= corners[0][1]
        for offset, weight in corners[1:]:
            neighbour = plane[offset:].take(place)
            neighbour *= weight
            total += neighbour
        out[..., channel] = total


def _two_by_two(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the images with at least two rows and columns, so that each cell has four corners."""
    missing = [(0, 0), (0, max(0, 2 - images.shape[1])), (0, max(0, 2 - images.shape[2])), (0, 0)]
    return np.pad(images, missing, mode="edge") if any(map(any, missing)) else images


def _source(line: NDArray[np.float64], height: int, width: int, *, centre: float) -> NDArray[np.float32]:
    """Return (n, height, width) coordinates along one axis, given (n, 3) rows of the matrices."""
    rows = line[:, :1] * (np.arange(height) - (height - 1) / 2) + line[:, 2:] + centre
    columns = line[:, 1:2] * (np.arange(width) - (width - 1) / 2)
    coordinates: NDArray[np.float32] = rows.astype(np.float32)[:, :, None] + columns.astype(np.float32)[:, None, :]
    return coordinates


def _cell(at: NDArray[np.float32], size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the pixel before each coordinate, which has one after it, and the way from it."""
    before = np.floor(at)
    np.minimum(before, np.float32(size - 2), out=before)
    return before, np.subtract(at, before, out=at)
