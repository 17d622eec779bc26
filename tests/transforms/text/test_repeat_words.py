"""Words said twice."""

from __future__ import annotations

from typing import Any

from pytest_robust.transforms import RepeatWords


def test_each_word_is_said_twice_and_nothing_else(rewrite: Any) -> None:
    assert rewrite(RepeatWords(rate=1), "What a film, é! - \U0001f600") == "What What a a film film, é é! - \U0001f600"
    assert rewrite(RepeatWords(rate=1), "") == ""


def test_so_many_words_are_repeated(rewrite: Any) -> None:
    assert len(rewrite(RepeatWords(edits=2), "a b c d").split()) == 6
