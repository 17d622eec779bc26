"""Look-alikes."""

from __future__ import annotations

from typing import Any
from unicodedata import name

import numpy as np
import pytest

from pytest_robust.transforms import Homoglyphs
from pytest_robust.transforms.text.homoglyphs import _ALIKE

SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


def test_a_group_holds_letters_of_different_scripts_and_one_case() -> None:
    for group in _ALIKE:
        scripts = [name(letter).split()[0] for letter in group]
        assert scripts[0] == "LATIN"
        assert set(scripts) <= set(SCRIPTS)
        assert len(set(group)) == len(group)
        assert scripts.count("LATIN") == 1
    letters = [letter for group in _ALIKE for letter in group]
    assert len(set(letters)) == len(letters)


@pytest.mark.parametrize(("letter", "doubles"), [("a", "\u0430"), ("\u0430", "a"), ("o", "\u043e\u03bf\u0585")])
def test_a_letter_becomes_each_of_its_doubles(letter: str, doubles: str, change: Any) -> None:
    assert set(change(Homoglyphs(rate=1), np.array([letter] * 100))) == set(doubles)


def test_marks_stay_on_their_letters(rewrite: Any) -> None:
    assert rewrite(Homoglyphs(rate=1), "e\u0301") == "\u0435\u0301"


@pytest.mark.parametrize("text", ["", "7!", "\u05e9\u05dc", "\U0001f600", "\u00e9"], ids=ascii)
def test_what_has_no_double_stays(text: str, rewrite: Any) -> None:
    assert rewrite(Homoglyphs(rate=1), text) == text


def test_the_text_keeps_its_length_and_loses_all_its_latin_letters_with_doubles(rewrite: Any) -> None:
    after = rewrite(Homoglyphs(rate=1), "paypal")
    assert len(after) == 6
    assert not after.isascii()
    assert not any(letter.isascii() for letter in after if letter != "l")
