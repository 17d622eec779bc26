"""Where annotations are printed, and which paths stand in them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pytest_robust.core.gated import Gated
from pytest_robust.core.record import Record, Run
from pytest_robust.plugin._options import parsed
from pytest_robust.plugin.annotations import Annotations
from pytest_robust.plugin.settings import _PIPELINE

FAILED = Record(id="accuracy", metric="accuracy", title="accuracy", decision="FAIL", reason="why", nodeid="t.py::test")


class Printed(list):
    write_line = list.append


def printed(root, *, location=("tests/t.py", 4, "test"), records=(FAILED,), gated=None):
    """What a session whose tests stand at a place prints."""
    run = Run(created="", tool="", records=records, gate=gated)
    plugin = Annotations(SimpleNamespace(gated=gated, run=lambda: run), root)
    for record in records:
        plugin.pytest_runtest_logreport(
            SimpleNamespace(nodeid=record.nodeid, location=location, robust_records="[...]")
        )
    plugin.pytest_runtest_logreport(SimpleNamespace(nodeid="plain", location=("other.py", 0, "x")))
    lines = Printed()
    plugin.pytest_terminal_summary(lines)
    return lines


@pytest.fixture(autouse=True)
def repository(tmp_path, monkeypatch):
    (tmp_path / "repository" / "part").mkdir(parents=True)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "repository"))
    return tmp_path / "repository"


def test_paths_start_at_the_root_of_the_repository(repository, tmp_path):
    assert printed(repository / "part")[0].startswith("::error file=part/tests/t.py,line=5,")
    assert printed(repository / "part", location=("../t.py", 0, "test"))[0].startswith("::error file=t.py,line=1,")
    (tmp_path / "link").symlink_to(repository)
    assert printed(tmp_path / "link" / "part")[0].startswith("::error file=part/tests/t.py,")


def test_outside_of_it_and_without_one_they_stand_as_pytest_has_them(tmp_path, monkeypatch):
    assert printed(tmp_path / "elsewhere")[0].startswith("::error file=tests/t.py,line=5,")
    monkeypatch.setenv("GITHUB_WORKSPACE", "")
    assert printed(tmp_path / "elsewhere")[0].startswith("::error file=tests/t.py,line=5,")


def test_a_test_without_a_line_has_none(repository):
    assert printed(repository, location=("model.keras", None, "x"))[0].startswith("::error file=model.keras,title=")


def test_a_session_that_measured_nothing_says_nothing_unless_there_is_a_gate(repository):
    assert printed(repository, records=()) == []
    (line,) = printed(repository, records=(), gated=Gated(evaluated=False, baseline="base.json"))
    assert line.startswith("::error title=not evaluated%3A the gate of the release::")


def test_a_word_that_says_neither_is_refused_with_both():
    config = SimpleNamespace(getoption=lambda name: "maybe", getini=lambda name: "")
    with pytest.raises(pytest.UsageError, match="^--robust-annotations=maybe: choose one of auto, no$"):
        parsed(_PIPELINE, config)
