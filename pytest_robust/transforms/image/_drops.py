"""Drops in relief: how bright they shine where a layer of liquid is thick."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Floats
from pytest_robust.transforms.image._canny import canny
from pytest_robust.transforms.image._distance import distance

__all__ = ["drops"]

_WHITE = 255
# Of a drop's edge, in grey levels, and the distance from it beyond which nothing changes, in pixels.
_WEAK, _STRONG, _DEEP = 50, 150, 20
_FRAME = ((1, 1), (1, 1), (0, 0))


def drops(layer: Floats, *, shine: float) -> Floats:
    """Return (n, height, width) how bright drops shine: by their depth, and by how the distance from their edge grows.

    Args:
        layer: (n, height, width) how much liquid there is, from 0 to 1; 0 where it is dry.
        shine: The most in each example that is not all dry.
    """
    # The examples last, so that each step works on long runs of memory.
    levels = np.ascontiguousarray(np.moveaxis(np.clip(layer * _WHITE, 0, _WHITE).astype(np.uint8), 0, -1))
    away = distance(canny(levels, low=_WEAK, high=_STRONG), most=_DEEP)
    # A hair more, so that a sum of rounded ninths does not fall below the whole number that it is.
    stepped = (_box(away) * np.float32(1 / 9) + np.float32(1e-4)).astype(np.uint8)
    relief = np.pad(_equalised(stepped).astype(np.int16), _FRAME, mode="reflect")
    # Light from the upper left: [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]].
    lit = relief[2:, 2:] - relief[:-2, :-2]
    lit *= 2
    lit += relief[1:-1, 1:-1]
    lit += relief[1:-1, 2:] - relief[1:-1, :-2]
    lit += relief[2:, 1:-1] - relief[:-2, 1:-1]
    np.clip(lit, 0, _WHITE, out=lit)
    shining = np.rint(_box(lit) * np.float32(1 / 9)) * levels
    # None anywhere leaves the image as it is, where the benchmarks divide by 0.
    shining *= np.float32(shine) / np.maximum(shining.max(axis=(0, 1)), 1)
    return np.ascontiguousarray(np.moveaxis(shining, -1, 0))


def _box(layers: NDArray[Any]) -> NDArray[Any]:
    """Return the sums of three by three pixels of (height, width, n) layers, mirrored through the outermost ones."""
    frame = np.pad(layers, _FRAME, mode="reflect")
    rows = frame[:-2] + frame[1:-1] + frame[2:]
    return rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]


def _equalised(layers: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (height, width, n) layers of values up to `_DEEP` spread over 0..255, all as frequent as can be."""
    height, width, n = layers.shape
    kinds, pixels = _DEEP + 1, height * width
    place = layers + np.arange(n) * kinds
    counts = np.bincount(place.ravel(), minlength=n * kinds).reshape(n, kinds)
    # The smallest value there is becomes 0, the largest 255; a plain layer stays as it is.
    smallest = (counts > 0).argmax(axis=1)
    lowest = counts[np.arange(n), smallest]
    above = np.maximum(np.cumsum(counts, axis=1) - lowest[:, None], 0)
    scale = np.float32(_WHITE) / np.maximum(pixels - lowest, 1).astype(np.float32)
    values = np.rint(above * scale[:, None]).astype(np.uint8)
    plain = lowest == pixels
    values[plain, smallest[plain]] = smallest[plain]
    return values.ravel().take(place)
