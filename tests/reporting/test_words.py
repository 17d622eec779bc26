"""Words and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_robust.core.example import Example
from pytest_robust.reporting._words import (
    broken_by_of,
    cost_of,
    count_of,
    example_of,
    interval_of,
    need_of,
    number,
    one_line,
    shortened,
    title_of,
    under_attack,
    value_of,
    visible,
)

if TYPE_CHECKING:
    from conftest import Runs


@pytest.mark.parametrize(
    ("op", "bar", "value"),
    [(">=", 0.93, 0.9296), ("<=", 0.05, 0.0503), (">", 0.5, 0.50001), ("<", 0.5, 0.4999999), (">=", 12346, 12345.6)],
)
def test_a_value_never_reads_as_if_it_stood_on_the_other_side_of_the_bar(
    runs: Runs, op: str, bar: float, value: float
) -> None:
    shown = float(value_of(runs.record(op=op, bar=bar, value=value)))
    assert (shown >= bar) == (value >= bar)
    assert (shown > bar) == (value > bar)


def test_a_value_far_from_the_bar_has_three_decimals(runs: Runs) -> None:
    assert value_of(runs.record(value=0.94812345)) == "0.948"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "-"), (0.0, "0.000"), (0.00012, "0.00012"), (-0.0061, "-0.006"), (74.31, "74.310"), (123456.7, "123457")],
)
def test_numbers_of_any_size_stay_short(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_what_is_not_there_is_a_dash(runs: Runs) -> None:
    nothing = runs.record(value=None, low=None, high=None, n=0, total=0, op="", bar=None)
    assert [value_of(nothing), interval_of(nothing), count_of(nothing), need_of(nothing)] == ["-", "", "-", "-"]


def test_what_was_asked_of_the_model_is_told_without_what_was_not(runs: Runs) -> None:
    asked = [(2000, 40000), (1000, 0), (0, 30), (0, 0)]
    told = [cost_of(runs.record(queries=queries, gradients=gradients)) for queries, gradients in asked]
    assert told == ["2,000 queries, 40,000 gradients", "1,000 queries", "30 gradients", ""]


def test_members_are_told_in_the_order_in_which_they_are_tried(runs: Runs) -> None:
    assert broken_by_of(runs.record(broken_by=(("b", 0), ("a", 1234)))) == "first broken by: b 0; a 1,234"
    assert broken_by_of(runs.record()) == ""


def test_a_bar_that_is_another_measurement_is_told_in_words(runs: Runs) -> None:
    assert need_of(runs.record(op=">=", bar=0.6, bar_of="accuracy of production")) == ">= accuracy of production"
    assert need_of(runs.record(op=">=", bar=None)) == ">= -"


def test_titles_tell_the_model_only_where_there_are_several(runs: Runs) -> None:
    old, new = runs.record(model="old"), runs.record(model="new", role="worst seen")
    assert title_of(new, runs.run(new)) == "accuracy (worst seen)"
    assert title_of(new, runs.run(old, new)) == "accuracy of new (worst seen)"


def test_an_attack_is_known_with_and_without_gradients(runs: Runs) -> None:
    assert not under_attack([runs.record(), runs.record(under="Rotate(degrees=3)")])
    assert under_attack([runs.record(gradients=1)])
    assert under_attack([runs.record(under="Square(eps=8/255)")])
    assert not under_attack([runs.record(under="Odd(steeps=3)")])


def test_one_line_drops_what_could_move_the_cursor_or_turn_the_text_around() -> None:
    assert one_line("a\x1b[31;1mb\x1b[0m\r\n\tc\x07\u202ed\u2066e") == "ab c d e"
    assert one_line("Größe 数字") == "Größe 数字"


def test_shortened_text_is_not_longer_than_asked() -> None:
    assert shortened("word " * 40, 20) == "word word word wo..."
    assert shortened("short", 20) == "short"


def test_characters_that_cannot_be_seen_are_shown_and_all_others_kept() -> None:
    assert visible("a\u200bb\u202ec\x1bd\ud800") == "a\\u200bb\\u202ec\\x1bd\\ud800"
    assert visible("Größe\n\t数字 👩\u200d🔬") == "Größe\n\t数字 👩\u200d🔬"


@pytest.mark.parametrize(
    ("under", "searched"),
    [
        ("WordSubstitution(most=0.2)", True),
        ("Spatial(degrees=10)", True),
        ("Square(eps=0.1)", True),
        ("Within(change=Rotate(degrees=1), eps=0.1)", False),
        ("KeyboardTypos(edits=1)", False),
    ],
)
def test_a_bound_is_told_of_what_was_searched_for(runs: Runs, under: str, searched: bool) -> None:
    assert under_attack([runs.record(under=under, gradients=0)]) == searched


def test_an_example_that_is_wrong_as_it_is_is_quoted_once() -> None:
    example = Example(index=3, label="0", before="1", after="1", after_score=0.9, clean_text="It is bad.")
    assert example_of(example) == "'It is bad.', label 0: 1 (90 %)"
