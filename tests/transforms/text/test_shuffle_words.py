"""Words in another order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.transforms import ShuffleWords

LETTERS = "a b c d e f g h i j k l"


@pytest.mark.parametrize("window", [1, 2, 5])
def test_words_move_within_the_window_and_as_far_as_its_end(window: int, change: Any) -> None:
    moved = set()
    for after in change(ShuffleWords(rate=1, window=window), np.array([LETTERS] * 50)):
        assert sorted(after.split()) == LETTERS.split()
        moved |= {abs(after.split().index(word) - place) for place, word in enumerate(LETTERS.split())}
    assert moved == set(range(window + 1))


def test_one_edit_is_one_pair_of_words(change: Any) -> None:
    for after in change(ShuffleWords(edits=1), np.array([LETTERS] * 20)):
        assert sum(one != other for one, other in zip(after.split(), LETTERS.split(), strict=True)) == 2


def test_spaces_and_punctuation_stay(rewrite: Any) -> None:
    assert rewrite(ShuffleWords(rate=1), "  “one”,\ttwo!") == "  “two”,\tone!"


@pytest.mark.parametrize("text", ["", "one", "one one", "one ?"])
def test_where_there_are_no_two_words_nothing_changes(text: str, rewrite: Any) -> None:
    assert rewrite(ShuffleWords(rate=1), text) == text


@pytest.mark.parametrize("window", [0, -1, 1.5, True])
def test_a_window_that_is_none_is_refused(window: Any) -> None:
    with pytest.raises(InvalidArgument, match="must be an integer, at least 1, the words moved over"):
        ShuffleWords(rate=1, window=window)
