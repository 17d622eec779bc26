"""The run as a table of text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pytest_robust.reporting import Terminal

if TYPE_CHECKING:
    from conftest import Runs


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(runs: Runs, width: int) -> None:
    for run in (runs.of_all_kinds(), runs.hostile(), runs.run()):
        text = Terminal(width=width).render(run)
        assert text
        assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("width", [60, 80, 120])
def test_numbers_and_verdicts_are_never_broken_over_lines(runs: Runs, width: int) -> None:
    text = Terminal(width=width).render(runs.of_all_kinds())
    for word in ("0.412 [0.382, 0.442]", "0.021 [-0.006, 0.036]", "1792/10000", "UNDECIDED", "INVALID", ">= 0.93"):
        assert word in text


def test_a_passing_run_looks_like_this(runs: Runs) -> None:
    run = runs.run(
        runs.record(), runs.attacked("PGD", 0.05, 0.702, op=">=", bar=0.6, n=176, role="worst seen"), complete=True
    )
    assert Terminal(width=80).render(run) == (
        "check                                  n  value                 need     verdict\n"
        "accuracy                      1000/10000  0.948 [0.932, 0.960]  >= 0.93  PASS\n"
        "accuracy under PGD(eps=0.05)   176/10000  0.702 [0.672, 0.732]  >= 0.6   PASS\n"
        "(worst seen)\n"
        "\n"
        "Robust accuracy under an attack is an upper bound: it says what this attack left\n"
        "standing, and a stronger one may break more.\n"
        "2 checks: 2 PASS\n"
    )


def test_below_what_did_not_pass_stands_why_and_what_to_do(runs: Runs) -> None:
    good = runs.record(reason="why good", remedy="")
    bad = runs.record(decision="FAIL", reason="word " * 40, remedy="do this")
    lines = Terminal(width=80).render(runs.run(good, bad)).splitlines()
    assert "why good" not in "\n".join(lines)
    assert [line[:4] for line in lines if "word" in line] == ["    "] * 3
    assert "    -> do this" in lines
    assert lines[-1] == "2 checks: 1 PASS, 1 FAIL"


def test_below_an_ensemble_stands_who_broke_what_and_what_it_cost_also_when_it_passed(runs: Runs) -> None:
    members = (("APGD(eps=0.1)", 5312), ("Square(eps=0.1)", 0))
    ensemble = runs.attacked("AutoAttack", 0.1, 0.41, bar=0.4, broken_by=members, queries=5_230_117)
    told = [
        "    first broken by: APGD(eps=0.1) 5,312; Square(eps=0.1) 0",
        "    cost: 5,230,117 queries, 40,000 gradients",
    ]
    lines = Terminal(width=80).render(runs.run(ensemble)).splitlines()
    at = lines.index(told[0])
    assert lines[at : at + 2] == told
    assert "PASS" in "".join(lines[1:at])
    # A single attack that passed keeps to its row; one that failed tells its cost after the reason.
    alone = Terminal(width=80).render(runs.run(replace(ensemble, broken_by=())))
    assert "first broken by" not in alone
    assert "cost" not in alone
    failed = replace(ensemble, decision="FAIL", reason="why", remedy="do this")
    below = [line for line in Terminal(width=80).render(runs.run(failed)).splitlines() if line.startswith("    ")]
    assert below == ["    why", "    -> do this", *told]


def test_the_cost_has_columns_where_every_title_still_has_its_line(runs: Runs) -> None:
    attacked = runs.attacked("PGD", 0.05, 0.702, bar=0.6, decision="FAIL", queries=5_230_117)
    wide = next(w for w in range(60, 200) if "gradients  verdict" in Terminal(width=w).render(runs.run(attacked)))
    head, row = Terminal(width=wide).render(runs.run(attacked)).splitlines()[:2]
    assert head.split() == ["check", "n", "value", "need", "queries", "gradients", "verdict"]
    assert row.startswith(attacked.title)
    assert row.split()[-3:] == ["5,230,117", "40,000", "FAIL"]
    assert "cost:" not in Terminal(width=wide).render(runs.run(attacked))
    longer = replace(attacked, title=attacked.title + "x")
    assert "gradients  verdict" not in Terminal(width=wide).render(runs.run(longer))
    assert "cost:" in Terminal(width=wide).render(runs.run(longer))
    # Where nothing was attacked there is nothing to compare.
    assert "gradients" not in Terminal(width=200).render(runs.run(runs.record(decision="FAIL")))


def test_without_colour_it_is_plain_ascii(runs: Runs) -> None:
    for run in (runs.of_all_kinds(), runs.hostile()):
        text = Terminal().render(run)
        assert text.isascii()
        assert all(character == "\n" or character.isprintable() for character in text)
    assert "\\u6570" in Terminal().render(runs.hostile())


def test_an_output_that_can_show_more_is_given_more(runs: Runs) -> None:
    run = runs.run(runs.record(title="Größe 数字"))
    assert "Größe 数字" in Terminal(encoding="utf-8").render(run)
    assert "Größe \\u6570\\u5b57" in Terminal(encoding="latin-1").render(run)


def test_colour_is_there_if_asked_whatever_the_environment_says(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "30")
    assert "\x1b[32mPASS" in Terminal(colour=True).render(runs.of_all_kinds())
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in Terminal(colour=False).render(runs.of_all_kinds())
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b" not in Terminal(colour=False).render(runs.of_all_kinds())


def test_markup_of_the_table_writer_is_text(runs: Runs) -> None:
    text = Terminal(colour=True).render(runs.run(runs.record(title="[red]a[/red] :smile:")))
    assert "[red]a[/red] :smile:" in text


def test_what_was_not_measured_is_a_dash(runs: Runs) -> None:
    record = runs.record(value=None, low=None, high=None, n=0, total=0, op="", bar=None)
    assert Terminal().render(runs.run(record)).splitlines()[1].split() == ["accuracy", "-", "-", "-", "PASS"]


def test_the_quiet_form_is_one_line(runs: Runs) -> None:
    assert Terminal().line(runs.of_all_kinds()) == "12 checks: 7 PASS, 1 FAIL, 2 INVALID, 1 UNDECIDED, 1 NO BAR"
    cut = runs.run(runs.record(), complete=False)
    assert Terminal().line(cut) == "not evaluated: the session was interrupted; 1 check: 1 PASS"
    assert Terminal().render(cut).splitlines()[-1] == Terminal().line(cut)
    assert "\n" not in Terminal().line(runs.hostile())


def test_a_number_asked_for_without_a_bar_says_no_more_than_its_row(runs: Runs) -> None:
    asked = runs.record(op="", bar=None, decision="NO BAR", reason="measured, no bar")
    assert "measured, no bar" not in Terminal(width=80).render(runs.run(asked))
    # One that was forgotten to be compared says so, and what to do.
    forgotten = replace(asked, remedy="compare it: assert robust.accuracy(...) >= 0.9")
    text = Terminal(width=80).render(runs.run(forgotten))
    assert "    measured, no bar\n    -> compare it" in text
