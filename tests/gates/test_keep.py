"""Whether a run may become a baseline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pytest_robust.core.errors import InvalidReport
from pytest_robust.core.record import Record, Run
from pytest_robust.core.scores import Scores
from pytest_robust.gates.keep import keep, shortfalls


def run(*decisions, role=""):
    records = [
        Record(id="accuracy", nodeid=f"t.py::t{n}", metric="accuracy", title="a", decision=word, reason="", role=role)
        for n, word in enumerate(decisions)
    ]
    return Run(created="", tool="", records=tuple(records))


def kept(one, against=(), accept=""):
    return keep(one, against=list(against), accept=accept, how="--accept", commit="c", scores=True)


def test_each_kind_of_shortfall_is_counted():
    assert shortfalls(run("PASS", "FAIL", "FAIL", "NO BAR")) == [
        "2 of 4 checks came to FAIL",
        "1 of 4 checks came to NO BAR",
    ]
    assert shortfalls(run("PASS")) == []


def test_a_run_that_nothing_speaks_against_is_kept():
    baseline = kept(run("PASS"), accept="not needed")
    assert (len(baseline.checks), baseline.accepted, baseline.commit) == (1, "", "c")


def test_one_that_something_speaks_against_needs_a_reason_which_stays_in_it():
    with pytest.raises(InvalidReport, match='it rained; and snowed; if it must be: --accept="reason"'):
        kept(run("PASS"), ["it rained", "and snowed"])
    assert kept(run("FAIL"), ["it rained", "and snowed"], "holiday").accepted == "holiday (it rained; and snowed)"


def test_what_each_example_came_to_is_kept_only_where_it_may_be():
    one, scores = run("PASS"), Scores.of(np.ones(3))
    one = replace(one, records=(replace(one.records[0], scores=scores),))
    for asked, found in ((True, scores), (False, None)):
        baseline = keep(one, against=[], accept="", how="--accept", commit="", scores=asked)
        assert baseline.checks[0].scores == found


@pytest.mark.parametrize("nothing", [run(), run("PASS", role="worst of 3 drawn")])
def test_no_reason_makes_a_baseline_of_no_check(nothing):
    with pytest.raises(InvalidReport, match="it would hold no check"):
        kept(nothing, accept="please")
    with pytest.raises(InvalidReport, match="^stopped$"):
        kept(nothing, ["stopped"], "please")
