"""Letters inserted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.transforms import InsertCharacters


def test_given_letters_stand_behind_each_letter(rewrite: Any) -> None:
    assert rewrite(InsertCharacters(rate=1, letters="x"), "Ab, c 1!") == "AXbx, cx 1x!"
    assert rewrite(InsertCharacters(rate=1, letters="e\u0301"), "a\u0308b") == "a\u0308e\u0301be\u0301"


def test_without_letters_those_of_the_text_are_taken(change: Any) -> None:
    for text in ("ab cd", "\u05e9\u05dc\u05d5\u05dd"):
        after = "".join(change(InsertCharacters(rate=1), np.array([text] * 50)))
        assert set(after) == set(text)


@pytest.mark.parametrize("text", ["", "?!", "2019", "\U0001f600"], ids=ascii)
def test_a_text_without_letters_gets_none(text: str, rewrite: Any) -> None:
    assert rewrite(InsertCharacters(rate=1), text) == text


def test_so_many_letters_are_too_many(rewrite: Any) -> None:
    assert len(rewrite(InsertCharacters(edits=3), "abcdef")) == 9


@pytest.mark.parametrize("letters", ["", ("a", "b"), 3])
def test_letters_that_are_none_are_refused(letters: Any) -> None:
    with pytest.raises(InvalidArgument, match="must be a string of those to insert; leave it out"):
        InsertCharacters(rate=1, letters=letters)
