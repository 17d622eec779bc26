"""Layers that weather lays over images: fields of numbers, smoothed, enlarged or smeared, one an example."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage

from pytest_robust.core.arrays import Floats
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._noise import WORDS, normals

__all__ = ["enlarging", "normal", "smeared", "smoothing", "spread", "uniform"]


def normal(streams: Streams, name: str, shape: tuple[int, int]) -> Floats:
    """Return (n, *shape) float32 standard normal values."""
    return normals().take(streams.words(name, shape))


def uniform(streams: Streams, name: str, shape: tuple[int, int]) -> Floats:
    """Return (n, *shape) float32 values, 65,536 of them, uniform in [-1, 1)."""
    drawn = streams.words(name, shape).astype(np.float32)
    drawn *= np.float32(2 / WORDS)
    drawn -= 1
    return drawn


def smoothing(size: int, sigma: float, *, truncate: float, mode: Literal["nearest", "reflect"]) -> Floats:
    """Return the (size, size) float32 matrix of a Gaussian blur along an axis.

    Args:
        size: Pixels along the axis.
        sigma: Deviation in pixels.
        truncate: Where the kernel ends, in deviations.
        mode: What stands beyond the edge, in SciPy's words: its pixel, or the mirrored image.
    """
    matrix: Floats = ndimage.gaussian_filter1d(np.eye(size), sigma, axis=0, truncate=truncate, mode=mode)
    return matrix.astype(np.float32)


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


def smeared(layer: Floats, angle: Floats, *, radius: int, sigma: float) -> Floats:
    """Return layers smeared to one side, ever fainter, in whole pixels, the edge repeated outwards.

    Args:
        layer: (n, height, width).
        angle: (n,) degrees of the way that a pixel reads, downwards from the right.
        radius: Half the way's length in pixels.
        sigma: Deviation of the bell curve that it fades by, in pixels.
    """
    n, height, width = layer.shape
    steps = np.arange(2 * radius + 1)
    weights = np.exp(-(steps**2) / (2 * sigma**2))
    weights /= weights.sum()
    turn = np.deg2rad(angle.astype(np.float64))[:, None]
    down = np.ceil(steps * np.sin(turn) - 0.5).astype(np.int64)
    right = np.ceil(steps * np.cos(turn) - 0.5).astype(np.int64)
    above, left = max(-down.min(), 0), max(-right.min(), 0)
    beyond = ((0, 0), (above, max(down.max(), 0)), (left, max(right.max(), 0)))
    # Every window of the layer's size that fits into the wider one, as views: a shift is a choice of one.
    windows = sliding_window_view(np.pad(layer, beyond, mode="edge"), (height, width), axis=(1, 2))
    total = np.zeros(layer.shape, dtype=np.float32)
    for step, weight in enumerate(weights.astype(np.float32)):
        window = windows[np.arange(n), above + down[:, step], left + right[:, step]]
        window *= weight
        total += window
    return total
