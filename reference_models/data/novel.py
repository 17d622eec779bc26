"""Pride and Prejudice, or a text of the user's own, in excerpts of one length."""

from __future__ import annotations

import lzma
import os
from pathlib import Path

import numpy as np

from reference_models.data.at_hand import users
from reference_models.splits import Examples, Splits

__all__ = ["EMBEDDED", "EXCERPT", "load", "split"]

EMBEDDED = Path(__file__).with_name("pride_and_prejudice.txt.xz")

EXCERPT = 128
"""Characters of an excerpt."""

_TEST_SHARE = 0.1
_LEAST_EXCERPTS = 20


def load() -> Splits:
    """Return the excerpts of a text: x, and y the same a character further on.

    Of the one `.txt` in the folder that the environment variable ROBUST_DATA_DIR names, if there is one; else of
    Jane Austen's Pride and Prejudice.

    Raises:
        ValueError: There are several such files, or the text is too short or not UTF-8.
        FileNotFoundError: ROBUST_DATA_DIR names no folder.
    """
    path = _users_text()
    if path is None:
        return split(lzma.decompress(EMBEDDED.read_bytes()).decode(), source="pride_and_prejudice")
    try:
        return split(path.read_text(encoding="utf-8-sig"), source=path.stem)
    except ValueError as error:
        raise ValueError(f"{path} is no text to learn from: {error}") from error


def _users_text() -> Path | None:
    folder = users(".")
    if folder is None:
        return None
    found = sorted(folder.glob("*.txt"))
    if len(found) > 1:
        raise ValueError(
            f"ROBUST_DATA_DIR={os.environ['ROBUST_DATA_DIR']} has several texts, {[path.name for path in found]}; "
            "leave the one to learn from"
        )
    return found[0] if found else None


def split(text: str, *, source: str) -> Splits:
    """Return the excerpts of a text, in its order; its last tenth is what is tested on.

    Not excerpts drawn at random: those of the test would overlap with those learned, and lie among them, with the same
    scene before and after.

    Args:
        text: At least 2,560 characters.
        source: What to call it.

    Raises:
        ValueError: It is shorter.
    """
    text = text.replace("\r\n", "\n")
    count = (len(text) - 1) // EXCERPT
    if count < _LEAST_EXCERPTS:
        raise ValueError(f"it has {len(text)} characters; give {_LEAST_EXCERPTS * EXCERPT + 1:,} at least")
    starts = range(0, count * EXCERPT, EXCERPT)
    # Not by NumPy's slicing of characters: an array of strings drops zeros at the end, and nothing else.
    x, y = (np.array([text[start + ahead : start + ahead + EXCERPT] for start in starts]) for ahead in (0, 1))
    border = count - round(count * _TEST_SHARE)
    return Splits(train=Examples(x=x[:border], y=y[:border]), test=Examples(x=x[border:], y=y[border:]), source=source)
