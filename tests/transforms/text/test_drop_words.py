"""Words left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from pytest_robust.transforms import DropWords


def test_each_word_goes_with_the_space_before_it_and_punctuation_stays(change: Any) -> None:
    after = set(change(DropWords(edits=1), np.array(["What a film, really!"] * 200)))
    assert after == {"a film, really!", "What film, really!", "What a, really!", "What a film,!"}


def test_one_word_stays_each_as_often(change: Any) -> None:
    left, counts = np.unique(change(DropWords(rate=1), np.array(["one two three"] * 600)), return_counts=True)
    assert left.tolist() == ["one", "three", "two"]
    # Five standard deviations of 200 of 600.
    assert np.abs(counts - 200).max() < 58


def test_the_space_at_the_start_of_a_text_is_its_own(rewrite: Any) -> None:
    assert rewrite(DropWords(edits=9), " a\u0301 b", seed=1).startswith(" ")
    assert rewrite(DropWords(edits=1), "?! \U0001f600") == "?! \U0001f600"
