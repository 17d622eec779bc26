"""Images with fewer pixels, shown at their old size."""

from __future__ import annotations

from math import ceil

import numpy as np

from pytest_robust.core.arrays import Floats, Integers, blocks

__all__ = ["coarse"]

_ROWS, _COLUMNS = 1, 2


def coarse(images: Floats, rows: Integers, columns: Integers) -> Floats:
    """Return each image brought to so many rows and columns and back.

    Down by area: each of the few pixels is the mean of the part of the image it covers, pixels
    that it covers in part counting in part. Up bilinearly between the centres of the few, and
    the outermost of them beyond. As many as there are change nothing, to the bit.

    Args:
        images: (n, height, width, channels) float32, only read.
        rows: (n,) from 1 to the height.
        columns: (n,) from 1 to the width.
    """
    height, width = images.shape[1:3]
    seen = np.empty(images.shape, dtype=np.float32)
    # All examples of one size at a time: there are no more sizes than pixels along the sides.
    for down, across in sorted(set(zip(rows.tolist(), columns.tolist(), strict=True))):
        members = np.flatnonzero((rows == down) & (columns == across))
        for part in blocks(len(members), images.shape[1:]):
            small = _narrowed(_narrowed(images[members[part]], down, _ROWS), across, _COLUMNS)
            # The rows last, where neighbours in memory are more than a pixel's channels.
            seen[members[part]] = _widened(_widened(small, width, _COLUMNS), height, _ROWS)
    return seen


def _narrowed(images: Floats, count: int, axis: int) -> Floats:
    """Return `count` means along an axis, each of the same part of it."""
    size = images.shape[axis]
    if count == size:
        return images
    edges = np.arange(count + 1) * (size / count)
    starts, ends = edges[:-1], edges[1:]
    nearest = starts.astype(np.intp)
    first = images.take(nearest, axis=axis)
    means = first.copy()
    # One pixel of each part at a time. By the distance from the part's first pixel, so that
    # what is plain stays so to the bit.
    for step in range(1, ceil(size / count) + (size % count > 0)):
        pixel = nearest + step
        covered = np.clip(np.minimum(ends, pixel + 1) - pixel, 0, None) * (count / size)
        further = images.take(np.minimum(pixel, size - 1), axis=axis)
        further -= first
        further *= _along(covered.astype(np.float32), axis)
        means += further
    return means


def _widened(images: Floats, size: int, axis: int) -> Floats:
    """Return `size` values along an axis, between those there are."""
    count = images.shape[axis]
    if count == size:
        return images
    at = np.clip((np.arange(size) + 0.5) * (count / size) - 0.5, 0, count - 1)
    before = at.astype(np.intp)
    way = _along((at - before).astype(np.float32), axis)
    here = images.take(before, axis=axis)
    there = images.take(np.minimum(before + 1, count - 1), axis=axis)
    # In this form what is plain stays so to the bit.
    there -= here
    there *= way
    there += here
    return there


def _along(values: Floats, axis: int) -> Floats:
    """Return (n,) values in the shape that broadcasts along an axis of images."""
    shape = [1, 1, 1, 1]
    shape[axis] = len(values)
    return values.reshape(shape)
