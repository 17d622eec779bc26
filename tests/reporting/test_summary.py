"""What a run comes to."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest

from pytest_robust.core.ran import Ran
from pytest_robust.core.verdict import Decision
from pytest_robust.reporting._summary import NOT_EVALUATED, Summary, badness, slug

if TYPE_CHECKING:
    from conftest import Runs

# A plan makes no record.
DECISIONS = [decision.value for decision in Decision if decision is not Decision.PLANNED]


@pytest.mark.parametrize("decisions", list(product(DECISIONS, repeat=2)))
def test_a_run_passes_only_if_every_check_passed(runs: Runs, decisions: tuple[str, str]) -> None:
    summary = Summary.of(runs.run(*(runs.record(decision=decision) for decision in decisions)))
    assert (summary.decision == "PASS") == (set(decisions) == {"PASS"})
    assert summary.decision in decisions


def test_a_run_that_passed_is_not_a_pass_if_it_was_interrupted(runs: Runs) -> None:
    summary = Summary.of(runs.run(runs.record(), complete=False))
    assert summary.headline == "not evaluated: the session was interrupted"
    assert summary.line == "not evaluated: the session was interrupted; 1 check: 1 PASS"


def test_a_test_that_failed_without_a_check_is_told_and_one_that_failed_by_its_check_only_once(runs: Runs) -> None:
    good, bad = runs.record(nodeid="a.py::good"), runs.record(nodeid="a.py::bad", decision="FAIL")
    lost = Ran(tests=("a.py::bad", "a.py::good", "b.py::lost"), failed=("a.py::bad", "b.py::lost"))
    assert Summary.of(replace(runs.run(good), ran=lost)).headline == (
        "FAIL: a test failed that no check tells of: a.py::bad and 1 more"
    )
    one = replace(lost, failed=("b.py::lost",))
    assert Summary.of(replace(runs.run(good), ran=one)).headline == (
        "FAIL: a test failed that no check tells of: b.py::lost"
    )
    assert Summary.of(replace(runs.run(good, bad), ran=replace(lost, failed=("a.py::bad",)))).headline == (
        "FAIL: 1 of 2 checks"
    )
    assert Summary.of(replace(runs.run(good), ran=replace(lost, failed=()))).headline == "PASS: 1 check"


def test_a_run_without_checks_is_not_a_pass(runs: Runs) -> None:
    summary = Summary.of(runs.run())
    assert summary.decision == NOT_EVALUATED
    assert summary.line == "not evaluated: no check was made; 0 checks"


def test_the_headline_says_how_many_of_how_many(runs: Runs) -> None:
    checks = [runs.record(decision=word) for word in ["PASS"] * 9 + ["INVALID"] + ["FAIL"] * 2]
    summary = Summary.of(runs.run(*checks))
    assert summary.headline == "FAIL: 2 of 12 checks, and 1 INVALID"
    assert summary.tally == summary.line == "12 checks: 9 PASS, 2 FAIL, 1 INVALID"


def test_one_check_is_told_in_the_singular(runs: Runs) -> None:
    assert Summary.of(runs.run(runs.record())).headline == "PASS: 1 check"
    assert Summary.of(runs.run(runs.record(), runs.record())).headline == "PASS: all 2 checks"
    assert Summary.of(runs.run(runs.record(decision="FAIL"))).headline == "FAIL: 1 of 1 check"


def test_a_decision_nobody_knows_is_worse_than_a_failure(runs: Runs) -> None:
    assert badness("WHATEVER") > badness("FAIL")
    assert Summary.of(runs.run(runs.record(decision="FAIL"), runs.record(decision="MISSING"))).decision == "MISSING"


def test_every_decision_has_its_own_place_and_style(runs: Runs) -> None:
    assert len({badness(word) for word in DECISIONS}) == len(DECISIONS)
    assert len({slug(word) for word in DECISIONS}) == len(DECISIONS)
    assert "unknown" not in {slug(word) for word in DECISIONS}
    assert runs.of_all_kinds().records
    # A run with a shard is no whole run: it has tests of its own.
    assert {record.decision for record in runs.of_all_kinds().records} == set(DECISIONS) - {"SHARD"}
