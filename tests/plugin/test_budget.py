"""A session has so much time, and what it did not suffice for is UNDECIDED, named, and let through by no gate."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from pytest_robust.core.deadline import Deadline
from pytest_robust.plugin.budget import Handover, deadline_of
from pytest_robust.plugin.settings import Settings

SUITE = """
    import pytest
    def test_clean(robust):
        assert robust.accuracy() >= 0.5
    @pytest.mark.robust(attack="fgsm", eps=0.01, min_accuracy=0.3)
    def test_marked(): ...
    def test_number(robust):
        assert float(robust.accuracy()) >= 0.1
"""


def config(**worker):
    return SimpleNamespace(workerinput=worker) if worker else SimpleNamespace()


def test_time_begins_with_the_session_and_no_budget_has_no_end(pytester) -> None:
    deadline = Settings.of(pytester.parseconfig("--robust-budget=10min")).deadline
    assert deadline.budget == 600
    assert 590 < deadline.left <= 600
    assert Settings.of(pytester.parseconfig()).deadline is None
    with pytest.raises(pytest.UsageError, match="--robust-budget=10m: '10m' is not a duration above 0"):
        Settings.of(pytester.parseconfig("--robust-budget=10m"))


def test_a_worker_has_what_the_controller_had_left_when_it_started() -> None:
    node = SimpleNamespace(workerinput={})
    Handover(Deadline(budget=600, began=time.monotonic() - 400)).pytest_configure_node(node)
    deadline = deadline_of(config(**node.workerinput), 600)
    assert 190 < deadline.left <= 200
    assert deadline.budget == 600
    node = SimpleNamespace(workerinput={})
    Handover(Deadline(budget=600, began=time.monotonic() - 700)).pytest_configure_node(node)
    assert deadline_of(config(**node.workerinput), 600).left == 0


def test_a_gate_names_what_the_time_did_not_suffice_for_and_fails(project):
    project.makepyfile(test_m=SUITE)
    result = project.run(
        "--robust-gate", "--robust-first-release", "--robust-budget=0.0001", "--robust-output=json:r.json", "-n", "2"
    )
    assert result.ret == 1
    result.assert_outcomes(failed=6)
    result.stdout.fnmatch_lines(
        [
            "*the budget of 0.0001 s was spent after 0 of 200 examples",
            "UNDECIDED test_m.py::test_clean::accuracy",
        ]
    )
    assert {record["decision"] for record in project.records("r.json")} == {"UNDECIDED"}
    assert {record["nodeid"] for record in project.records("r.json")} == {
        "test_m.py::test_clean",
        "test_m.py::test_marked",
        "test_m.py::test_number",
    }
