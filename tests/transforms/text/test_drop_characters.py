"""Letters left out."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_robust.transforms import DropCharacters


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("What a good film!", "W a g f!"),
        ("don't", "d'"),
        ("2019", "2"),
        ("nai\u0308ve", "n"),
        ("e\u0301te\u0301", "e\u0301"),
        ("\u05e9\u05dc\u05d5\u05dd", "\u05e9"),
        ("\U0001f600 !", "\U0001f600 !"),
        ("", ""),
    ],
    ids=ascii,
)
def test_all_letters_but_the_first_of_each_word_can_go(text: str, after: str, rewrite: Any) -> None:
    assert rewrite(DropCharacters(rate=1), text) == after


def test_so_many_letters_are_missing(rewrite: Any) -> None:
    assert len(rewrite(DropCharacters(edits=3), "abcdefghij")) == 7
    assert rewrite(DropCharacters(edits=1), "ab") == "a"
