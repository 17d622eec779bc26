"""Which tests of a session were run, as a saved run tells it; and the history that sessions leave."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from pytest_robust.core.policy import Policy
from pytest_robust.core.ran import Ran
from pytest_robust.core.record import Record
from pytest_robust.core.shard import Shard
from pytest_robust.plugin.selection import Selection
from pytest_robust.plugin.session import Session
from pytest_robust.plugin.settings import Settings
from pytest_robust.reporting import read_runs


def selection(*arguments, shard=None, **options):
    config = SimpleNamespace(getoption=lambda name, default: options.get(name, default), args=list(arguments))
    return Selection(config, shard)


def report(nodeid, *, failed=False):
    return SimpleNamespace(nodeid=nodeid, failed=failed)


def test_each_test_is_told_once_whatever_its_phases_and_the_gates_own_results_are_none():
    found = selection()
    for one in (report("b"), report("b", failed=True), report("a"), report("b"), report("robust-gate::b", failed=True)):
        found.pytest_runtest_logreport(one)
    assert found.ran() == Ran(tests=("a", "b"), failed=("b",))


def test_what_this_process_or_a_worker_left_out_is_told_by_its_id():
    found = selection()
    found.pytest_deselected([SimpleNamespace(nodeid="c")])
    found.pytest_testnodedown(SimpleNamespace(workeroutput={"robust_deselected": ["b", "c"]}))
    found.pytest_testnodedown(SimpleNamespace(workeroutput={"robust_deselected": ["b", "c"]}))
    # A worker that was killed tells nothing.
    found.pytest_testnodedown(SimpleNamespace())
    assert found.ran().left_out == ("b", "c")


def test_what_keeps_tests_from_being_collected_is_told_in_words():
    found = selection("tests", "test_m.py::test_a", lf=True, ignore=["x"], stepwise=False, shard=Shard.of("1/2"))
    assert found.ran() == Ran(
        limits=tuple(f"only some tests were asked for: {word}" for word in ("--lf", "--ignore", "test_m.py::test_a")),
        shard="1/2",
    )


@pytest.fixture
def finished(tmp_path, monkeypatch):
    """Ends a session of one check below tmp_path / project, and returns what pytest would hear of it."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    root = tmp_path / "project"
    root.mkdir()

    def finish(*, status=0, stopped=False, name="", policy=None):
        settings = Settings(policy=policy or Policy(), report=True, outputs=(), disable=False, run_name=name)
        made = Session(settings, root, selection())
        record = Record(id="accuracy", nodeid="t.py::t", metric="accuracy", title="a", decision="PASS", reason="")
        made.pytest_runtest_logreport(SimpleNamespace(robust_records=json.dumps([record.to_dict()])))
        heard = SimpleNamespace(shouldstop=stopped, shouldfail=False, exitstatus=status)
        made.pytest_sessionfinish(heard, status)
        lines = []
        made.pytest_terminal_summary(
            SimpleNamespace(
                _tw=SimpleNamespace(fullwidth=80, _file=None),
                hasmarkup=False,
                section=lines.append,
                write=lines.append,
                write_line=lambda line, **_: lines.append(line),
            ),
            SimpleNamespace(get_verbosity=lambda: 0),
        )
        heard.told = "\n".join(lines)
        return heard

    finish.runs = root / ".robust" / "runs"
    return finish


def test_each_session_that_came_to_its_end_adds_to_the_history(finished):
    assert f"robust: wrote {finished.runs / '0001_project.json'}" in finished().told
    finished(status=1, name="2.1.0 rc/1")
    finished(stopped=True)
    finished(status=2)
    finished(policy=Policy(shard=Shard.of("1/2")))
    assert sorted(path.name for path in finished.runs.iterdir()) == ["0001_project.json", "0002_2.1.0-rc-1.json"]
    assert [run.name for run in read_runs(finished.runs).runs] == ["project", "2.1.0-rc-1"]


@pytest.mark.parametrize(
    ("commit", "name"), [("0123456789abcdef", "0123456789"), ("0123456789abcdef-dirty", "0123456789-dirty")]
)
def test_a_run_is_named_by_the_commit(finished, monkeypatch, commit, name):
    monkeypatch.setattr("pytest_robust.gates.commit.commit_of", lambda root: commit)
    finished()
    assert [path.name for path in finished.runs.iterdir()] == [f"0001_{name}.json"]


def test_a_history_that_cannot_be_written_is_not_success(finished):
    finished.runs.parent.mkdir()
    Path(finished.runs).write_text("a file")
    heard = finished()
    assert heard.exitstatus == 1
    assert f"robust: not written: {finished.runs}: " in heard.told
