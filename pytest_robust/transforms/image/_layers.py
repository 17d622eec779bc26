"""Layers that weather lays over images: fields of numbers, enlarged or spread, one an example."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from pytest_robust.core.arrays import Floats
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._noise import WORDS, normals

__all__ = ["enlarging", "normal", "spread", "uniform"]


def normal(streams: Streams, name: str, shape: tuple[int, int]) -> Floats:
    """Return (n, *shape) float32 standard normal values."""
    return normals().take(streams.words(name, shape))


def uniform(streams: Streams, name: str, shape: tuple[int, int]) -> Floats:
    """Return (n, *shape) float32 values, 65,536 of them, uniform in [-1, 1)."""
    drawn = streams.words(name, shape).astype(np.float32)
    drawn *= np.float32(2 / WORDS)
    drawn -= 1
    return drawn


def enlarging(size: int, factor: float) -> Floats:
    """Return the (at least size, cells) float32 matrix that stretches few cells linearly over an axis.

    The first and the last cell stand at the ends.

    Args:
        size: Pixels along the axis.
        factor: Pixels a cell.
    """
    cells = int(np.ceil(size / factor))
    matrix: Floats = ndimage.zoom(np.eye(cells), (factor, 1), order=1)
    return matrix.astype(np.float32)


def spread(layer: Floats, rows: Floats, columns: Floats) -> Floats:
    """Return (n, height, width) layers whose axes were multiplied by a matrix each.

    Args:
        layer: (n, h, w).
        rows: (height, h).
        columns: (width, w).
    """
    # A product an example, so that its bits do not depend on the batch.
    done: Floats = np.matmul(np.matmul(rows, layer), columns.T)
    return done
