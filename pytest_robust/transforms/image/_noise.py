"""Noise on every entry, read from tables: four entries to one random number."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from pytest_robust.core.arrays import Floats, read_only

__all__ = ["WORDS", "normals"]

WORDS = 2**16
"""How many values an entry of `Streams.words` has."""


@cache
def normals() -> Floats:
    """Return the float32 standard normal value that each word stands for.

    The middle of each of 65,536 equally likely cells, so they end at 4.3 deviations: one entry in
    50,000 would lie further out, by a quarter of a deviation on average.
    """
    middles = ndtri((np.arange(WORDS) + 0.5) / WORDS)
    # The cells' middles are a little nearer to zero than what they stand for.
    table: NDArray[np.float32] = (middles / middles.std()).astype(np.float32)
    return read_only(table)
