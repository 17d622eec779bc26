"""Spaces."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.transforms import Broken, ChangeWhitespace, Doubled, Joined


@pytest.mark.parametrize(
    ("to", "after"),
    [
        (Joined(), " onetwo,three  "),
        (Doubled(), " one  two,\t\tthree  "),
    ],
    ids=repr,
)
def test_every_space_between_words_goes_wrong_so(to: Any, after: str, rewrite: Any) -> None:
    assert rewrite(ChangeWhitespace(rate=1, to=to), " one two,\tthree  ") == after


def test_a_word_breaks_anywhere_but_between_a_letter_and_its_marks(change: Any) -> None:
    broken = change(ChangeWhitespace(rate=1, to=Broken()), np.array(["wxye\u0301!"] * 100))
    assert set(broken) == {"w xye\u0301!", "wx ye\u0301!", "wxy e\u0301!"}


@pytest.mark.parametrize("text", ["", " ", "a", " !", "\U0001f468\u200d\U0001f469"], ids=ascii)
def test_where_there_is_nothing_to_join_or_break_nothing_changes(text: str, rewrite: Any) -> None:
    assert rewrite(ChangeWhitespace(rate=1), text) == text


def test_by_default_all_three_happen_and_letters_stay(change: Any) -> None:
    text = "one two three four"
    after = change(ChangeWhitespace(rate=0.5), np.array([text] * 200))
    assert {one.replace(" ", "") for one in after.tolist()} == {"onetwothreefour"}
    assert any("onetwo" in one for one in after)
    assert any("one  two" in one for one in after)
    assert any("o ne" in one or "on e" in one for one in after)


def test_what_is_no_spacing_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"to=' ' must be Joined\(\), Doubled\(\), Broken\(\) or AnySpacing\(\)"):
        ChangeWhitespace(rate=1, to=" ")  # type: ignore[arg-type]  # the mistake
