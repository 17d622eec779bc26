"""The run as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pytest_robust.core.record import Run
from pytest_robust.reporting import Md

if TYPE_CHECKING:
    from conftest import Runs

MOST_LINES = 40


@pytest.mark.parametrize("checks", [1, 30, 31, 200])
def test_however_many_checks_there_are_it_has_at_most_forty_lines(make_many: Callable[[int], Run], checks: int) -> None:
    assert len(Md().render(make_many(checks)).splitlines()) <= MOST_LINES


def test_thirty_checks_are_all_shown_and_what_is_left_out_is_counted(
    make_many: Callable[[int], Run], runs: Runs
) -> None:
    assert Md().render(make_many(30)).count("| accuracy under") == 30
    many = Md().render(make_many(100))
    assert many.count("| accuracy under") == 29
    assert "| and 71 checks: 71 FAIL | | | | | |" in many
    passes = [runs.record() for _ in range(60)]
    mixed = Md().render(runs.run(*passes, runs.record(title="the one", decision="FAIL")))
    assert "the one" in mixed


def test_the_first_line_is_the_verdict(runs: Runs) -> None:
    first = Md().render(runs.of_all_kinds()).splitlines()[0]
    assert first == "**Robustness FAIL: 1 of 12 checks, and 2 INVALID, 1 UNDECIDED, 1 NO BAR**"
    assert Md().render(runs.run(runs.record())).startswith("**Robustness PASS: 1 check**\n")
    cut = Md().render(runs.run(runs.record(), complete=False))
    assert cut.startswith("**Robustness not evaluated: the session was interrupted**\n")


def test_an_empty_run_is_text_without_a_table(runs: Runs) -> None:
    text = Md().render(runs.run())
    assert "not evaluated: no check was made" in text
    assert "|" not in text


def test_every_row_has_the_columns_of_the_head(runs: Runs) -> None:
    for run in (runs.of_all_kinds(), runs.hostile()):
        rows = [line for line in Md().render(run).splitlines() if line.startswith("|")]
        assert len(rows) > len(run.records)
        assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {7}


def test_no_text_of_the_user_becomes_markup(runs: Runs) -> None:
    text = Md().render(runs.hostile())
    assert "alert" in text
    assert re.findall(r"<(?!/?sub>)", text) == []
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert re.findall(r"(?<!\\)(?:`|\[f\])", text) == []
    assert "@everyone" not in text
    assert "https://evil" not in text


def test_reasons_stand_with_what_did_not_pass_only(runs: Runs) -> None:
    good, bad = runs.record(reason="why good"), runs.record(decision="FAIL", reason="why bad", remedy="do this")
    text = Md().render(runs.run(good, bad))
    assert "why good" not in text
    assert "**FAIL**: why bad; do this" in text


def test_queries_and_gradients_have_a_column_and_an_ensemble_tells_who_broke_what(runs: Runs) -> None:
    ensemble = runs.attacked("AutoAttack", 0.1, 0.41, broken_by=(("APGD(eps=0.1)", 5312), ("Square(eps=0.1)", 0)))
    text = Md().render(runs.run(runs.record(), ensemble))
    assert "| need | queries + gradients | verdict |" in text
    assert "| 1,000 | **PASS** |" in text
    told = "first broken by: APGD(eps=0.1) 5,312; Square(eps=0.1) 0"
    assert f"| 2,000 + 40,000 | **PASS**: {told} |" in text
    failed = runs.run(replace(ensemble, decision="FAIL", reason="why", remedy="do this"))
    assert f"**FAIL**: why; do this; {told} |" in Md().render(failed)


def test_at_most_three_examples_are_told_the_worst_checks_first(runs: Runs) -> None:
    records = [
        runs.record(title=f"check {word}", decision=word, examples=(runs.example(i), runs.example(i + 10)))
        for i, word in enumerate(["PASS", "UNDECIDED", "INVALID", "FAIL"])
    ]
    told = [line for line in Md().render(runs.run(*records)).splitlines() if line.startswith("- ")]
    assert told[0] == "- check FAIL: example 3, label 3: 3 (98 %) before, 6 (64 %) after, distance 0.100"
    assert [line[8:12] for line in told] == ["FAIL", "INVA", "UNDE"]


def test_the_upper_bound_is_told_once_and_only_where_it_applies(runs: Runs) -> None:
    assert Md().render(runs.of_all_kinds()).count("upper bound") == 1
    assert "upper bound" not in Md().render(runs.run(runs.record()))
