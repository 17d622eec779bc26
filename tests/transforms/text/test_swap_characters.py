"""Swapped letters."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from pytest_robust.transforms import SwapCharacters


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("ab", "ba"),
        ("a b", "a b"),
        ("I", "I"),
        ("aa bb", "aa bb"),
        ("ab, cd!", "ba, dc!"),
        ("a-b", "a-b"),
        ("e\u0301a", "ae\u0301"),
        ("\u05e9\u05dc", "\u05dc\u05e9"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
    ],
    ids=ascii,
)
def test_neighbours_in_a_word_change_places(text: str, after: str, rewrite: Any) -> None:
    assert rewrite(SwapCharacters(rate=1), text) == after


def test_one_edit_is_one_pair(change: Any) -> None:
    words = change(SwapCharacters(edits=1), np.array(["abcdef"] * 500))
    pairs = {"".join(["abcdef"[:i], "abcdef"[i + 1], "abcdef"[i], "abcdef"[i + 2 :]]) for i in range(5)}
    counts = Counter(words.tolist())
    assert set(counts) == pairs
    # Five standard deviations of 100 of 500.
    assert min(counts.values()) > 55


def test_a_letter_moves_by_one_place_at_most(rewrite: Any) -> None:
    text = "abcdefghijklmnopqrstuvwxyz"
    after = rewrite(SwapCharacters(rate=1), text)
    assert sorted(after) == sorted(text)
    assert max(abs(after.index(letter) - text.index(letter)) for letter in text) == 1
