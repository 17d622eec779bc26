"""Texts of about the same length, put together: less of a batch is padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["by_length", "padded"]

_Number = TypeVar("_Number", bound=np.generic)

# Lengths are rounded up to this, so that few shapes are compiled.
_STEP = 8


def by_length(
    lengths: Sequence[int], *, size: int, random: np.random.Generator | None = None
) -> list[NDArray[np.int64]]:
    """Return the rows of batches, each of texts of about the same length.

    Args:
        lengths: Tokens of each text.
        size: Texts of a batch; the last may have fewer.
        random: Shuffles: which of about the same length are together, and in what order batches come.
    """
    keys = np.asarray(lengths, dtype=np.float64)
    if random is not None:
        # Enough to mix neighbours, too little to pad much more.
        keys = keys + random.uniform(-4, 4, len(keys))
    order = np.argsort(keys, kind="stable")
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    if random is not None:
        random.shuffle(batches)
    return batches


def padded(rows: Sequence[NDArray[_Number]]) -> tuple[NDArray[_Number], NDArray[np.float32]]:
    """Return (n, steps, ...) values with zeros behind them, and (n, steps) ones where there are values.

    Args:
        rows: (tokens, ...) of each text.
    """
    steps = -(-max(map(len, rows)) // _STEP) * _STEP
    values = np.zeros((len(rows), steps, *rows[0].shape[1:]), dtype=rows[0].dtype)
    mask = np.zeros((len(rows), steps), dtype=np.float32)
    for place, row in enumerate(rows):
        values[place, : len(row)], mask[place, : len(row)] = row, 1
    return values, mask
