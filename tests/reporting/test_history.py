"""What each check came to in one run after the other."""

from __future__ import annotations

from pytest_robust.core.record import Record, Run
from pytest_robust.reporting import Moment, history


def check(name, value=0.9, **changes):
    usual = {"id": "accuracy", "nodeid": f"t.py::{name}", "metric": "accuracy", "title": f"accuracy {name}"}
    return Record(**{**usual, "decision": "PASS", "reason": "", "value": value, "low": 0.8, "high": 1.0, **changes})


def run(name, *records, created="2026"):
    return Run(created=created, tool="", name=name, records=records)


def test_each_check_has_a_moment_for_each_run_that_made_it_in_the_order_of_the_runs():
    # The clock went back between them.
    runs = [run("v1", check("a", 0.7), created="2026-02"), run("v2", check("b")), run("v3", check("a"), check("b"))]
    a, b = history(runs)
    assert (a.check, a.title) == ("t.py::a::accuracy", "accuracy a")
    assert a.moments[0] == Moment(name="v1", created="2026-02", value=0.7, low=0.8, high=1.0, decision="PASS")
    assert [moment.name for moment in a.moments] == ["v1", "v3"]
    assert [moment.name for moment in b.moments] == ["v2", "v3"]


def test_checks_stand_in_the_order_of_the_last_run_and_those_that_are_gone_come_last():
    runs = [run("v1", check("gone"), check("a")), run("v2", check("b"), check("a", title="new words"))]
    found = history(runs)
    assert [one.check.split("::")[1] for one in found] == ["b", "a", "gone"]
    assert found[1].title == "new words"


def test_what_a_property_drew_has_no_history_and_two_checks_of_a_test_have_one_each():
    drawn = check("a", role="worst of 9 drawn")
    (first, second) = history([run("v1", check("a", 0.5), check("a", 0.6), drawn)])
    assert (first.moments[0].value, second.moments[0].value) == (0.5, 0.6)
    assert second.check.endswith("#2")


def test_no_run_has_no_history():
    assert history([]) == ()
