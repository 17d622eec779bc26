"""See images at other places than their pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Floats
from pytest_robust.core.fill import Fill

__all__ = ["Places", "sample"]

# Pixels resampled together: each temporary array (256 KiB) stays in the processor's
# second-level cache. Half and double cost 5 % more, the whole batch at once three times.
_PIXELS = 2**16
_EXACT = 2**24


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where in its image each pixel of a result looks.

    Args:
        rows: (n, height, width) float32, in pixels downwards from the centre of the first.
        columns: (n, height, width) float32, in pixels to the right from the centre of the first.
    """

    rows: NDArray[np.float32]
    columns: NDArray[np.float32]


def sample(images: NDArray[np.float32], places: Callable[[slice], Places], fill: Fill) -> NDArray[np.float32]:
    """Return each image seen at the places, interpolated bilinearly between four pixels.

    Args:
        images: (n, height, width, channels), only read.
        places: Where the examples of a slice look; asked for some at a time, so that the
            places cost the memory of a few images. Its arrays are overwritten. A place on
            a pixel returns it exactly.
        fill: What stands beyond the edges.
    """
    seen = np.empty(images.shape, dtype=np.float32)
    step = max(1, _PIXELS // (images.shape[1] * images.shape[2]))
    for start in range(0, len(images), step):
        part = slice(start, min(start + step, len(images)))
        _sample(images[part], places(part), fill, out=seen[part])
    return seen


def _sample(images: NDArray[np.float32], places: Places, fill: Fill, *, out: NDArray[np.float32]) -> None:
    count, height, width, channels = images.shape
    source = _two_by_two(fill.bordered(images))
    stride, area = source.shape[2], source.shape[1] * source.shape[2]
    vertical = fill.folded(places.rows, height)
    horizontal = fill.folded(places.columns, width)
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


def _cell(at: NDArray[np.float32], size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the pixel before each coordinate, which has one after it, and the way from it."""
    before = np.floor(at)
    np.minimum(before, np.float32(size - 2), out=before)
    return before, np.subtract(at, before, out=at)
