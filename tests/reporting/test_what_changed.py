"""What stands first on the page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_robust.core.gated import Gated, GatedCheck
from pytest_robust.core.record import Run
from pytest_robust.reporting._what_changed import changed_checks, first_steps, turned
from pytest_robust.reporting._words import key_of

if TYPE_CHECKING:
    from conftest import Runs


def _places(run: Run) -> dict[str, str]:
    return {key_of(record): f"check-{number}" for number, record in enumerate(run.records, start=1)}


def _gate(*checks: GatedCheck) -> Gated:
    return Gated(evaluated=True, baseline="b", checks=checks)


def test_what_blocks_the_release_stands_before_what_only_turned(runs: Runs) -> None:
    passed, turned_one = runs.gated(runs.record(), 0.9), runs.gated(runs.record(), 0.9, fixed=(runs.example(),))
    undecided, failed = replace(passed, decision="UNDECIDED"), replace(passed, decision="FAIL")
    assert changed_checks(_gate(passed, turned_one, undecided, failed)) == [failed, undecided, turned_one]
    assert changed_checks(None) == []


def test_of_those_that_failed_the_larger_drop_stands_first(runs: Runs) -> None:
    small, large = (runs.gated(runs.record(), old, decision="FAIL") for old in (0.96, 0.99))
    unlike = replace(small, drop=None, decision="INVALID")
    assert changed_checks(_gate(unlike, small, large)) == [large, small, unlike]


def test_turned_examples_are_added_up_over_the_checks_that_have_pairs(runs: Runs) -> None:
    pairs = runs.gated(runs.record(), 0.9, newly_broken=3, newly_right=2)
    none = replace(pairs, newly_broken=None, newly_right=None)
    assert turned(_gate(pairs, pairs, none)) == (6, 4)
    assert turned(_gate(none)) is None


def test_the_worst_three_are_told_and_the_others_counted(runs: Runs) -> None:
    decisions = ("PASS", "NO BAR", "UNDECIDED", "INVALID", "FAIL")
    run = runs.run(
        *(runs.record(id=str(turn), decision=word, remedy=f"cure {word}") for turn, word in enumerate(decisions))
    )
    steps, more = first_steps(run, _places(run))
    assert [(step.what, step.place) for step in steps] == [
        ("cure FAIL", "check-5"),
        ("cure INVALID", "check-4"),
        ("cure UNDECIDED", "check-3"),
    ]
    assert more == 1
    assert first_steps(runs.run(runs.record()), {}) == ((), 0)


def test_a_check_that_the_gate_blocks_and_that_fails_by_itself_is_told_once(runs: Runs) -> None:
    record = runs.record(decision="FAIL")
    gone = GatedCheck(check="gone", decision="MISSING", reason="it was not run")
    run = replace(runs.run(record), gate=_gate(runs.gated(record, 0.99, decision="FAIL", remedy="look"), gone))
    steps, more = first_steps(run, _places(run))
    assert [(step.decision, step.place, step.what) for step in steps] == [
        ("FAIL", "check-1", "look"),
        ("MISSING", "gate", "it was not run"),
    ]
    assert more == 0
