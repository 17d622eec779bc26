"""Texts before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_robust.reporting._text_change import text_change

if TYPE_CHECKING:
    from conftest import Runs


def test_only_the_words_that_differ_are_marked(runs: Runs) -> None:
    change = text_change(runs.example(clean_text="a warm film", changed_text="a wram film"))
    assert change is not None
    assert [span.text for span in change.before if span.changed] == ["warm"]
    assert [span.text for span in change.after if span.changed] == ["wram"]
    assert "".join(span.text for span in change.before) == "a warm film"
    assert "".join(span.text for span in change.after) == "a wram film"


def test_words_added_and_left_out_are_marked_on_their_side_only(runs: Runs) -> None:
    change = text_change(runs.example(clean_text="good", changed_text="good film"))
    assert change is not None
    assert not any(span.changed for span in change.before)
    assert [span.text for span in change.after if span.changed] == [" film"]


def test_an_example_without_text_has_no_change(runs: Runs) -> None:
    assert text_change(runs.example()) is None


def test_a_long_text_is_cut(runs: Runs) -> None:
    change = text_change(runs.example(clean_text="word " * 10_000, changed_text="other " * 10_000))
    assert change is not None
    assert sum(len(span.text) for span in change.before) < 3_000
    assert change.before[-1].text.endswith("...")
