"""Words and what they are to MiniLM, in few numbers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["EMBEDDED", "word_vectors"]

EMBEDDED = Path(__file__).with_name("word_vectors.npz")


@cache
def word_vectors() -> tuple[tuple[str, ...], NDArray[np.float16]]:
    """Return the words, in small letters without punctuation, and the (words, 64) vectors."""
    with np.load(EMBEDDED, allow_pickle=False) as file:
        return tuple(file["words"].tolist()), file["vectors"]
