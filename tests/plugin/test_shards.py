"""Sessions that share the examples or the tests, merged; and the history they leave."""

from __future__ import annotations

import json

from pytest_robust.command.main import main

SUITE = """
    import pytest
    from pytest_robust.attacks import FGSM
    from pytest_robust.transforms import GaussianNoise
    def test_clean(robust):
        assert robust.accuracy() >= 0.99
    def test_noise(robust):
        assert robust.accuracy(under=GaussianNoise(sigma=0.05)) >= robust.accuracy() - 0.5
    @pytest.mark.robust(attack="fgsm", eps=0.01, min_accuracy=0.1, exact=False)
    def test_marked():
        pass
    def test_score(robust):
        assert robust.score("f1_macro") >= 0.5
    def test_plain():
        pass
"""
TOOK = ("seconds", "queries", "gradients", "examples", "health")


def told(path):
    values = json.loads(path.read_text())
    for record in values["records"]:
        for name in TOOK:
            record.pop(name)
    return {name: values[name] for name in ("records", "settings", "complete")}, values["ran"]


def test_two_shards_make_the_session_that_looked_at_everything(project, monkeypatch, capsys):
    project.makepyfile(test_m=SUITE)
    report = "--robust-output=json:{}.json"
    # The bar that is missed fails the session that looks at everything, and no shard.
    whole = project.run("--robust-exact", "--robust-report", report.format("whole"), "--robust-run-name=v 1")
    whole.assert_outcomes(failed=1, passed=4)
    first = project.run("--robust-shard=1/2", "--robust-report", report.format("a"))
    assert first.ret == 0
    first.stdout.fnmatch_lines(
        ["accuracy  * 100/100 * SHARD", "not evaluated: shard 1/2 of the examples, to be merged with the others*"]
    )
    second = project.run("--robust-shard=2/2", report.format("b"), "-n2")
    assert second.ret == 0
    monkeypatch.chdir(project.path)
    assert main(["merge", "b.json", "a.json", "-o", "merged.json"]) == 0
    one, ran = told(project.path / "whole.json")
    other, merged = told(project.path / "merged.json")
    assert one == other
    assert merged["tests"] == ran["tests"]
    # Where a test fails, no bar of it was cleared either; only the whole session could tell.
    assert (ran["failed"], merged["failed"]) == (["test_m.py::test_clean"], [])
    assert main(["gate", "--first-release", "a.json", "b.json"]) == 1
    assert "FAIL" in capsys.readouterr().out
    # A shard is no release, so it has no place in the history.
    assert [path.name for path in (project.path / ".robust" / "runs").iterdir()] == ["0001_v-1.json"]


def test_parts_of_the_tests_make_the_whole(project, monkeypatch, capsys):
    project.makepyfile(test_m=SUITE.replace("0.99", "0.5"))
    part = ("--robust-exact", "--robust-output=json:{}.json", "-k")
    left, right = ([word.format(name) for word in part] for name in ("left", "right"))
    assert project.run(*left, "clean or noise", "-n2").ret == 0
    assert project.run(*right, "not clean and not noise").ret == 0
    monkeypatch.chdir(project.path)
    assert json.loads((project.path / "left.json").read_text())["ran"] == {
        "tests": ["test_m.py::test_clean", "test_m.py::test_noise"],
        "left_out": ["test_m.py::test_marked", "test_m.py::test_plain", "test_m.py::test_score"],
        "limits": [],
        "failed": [],
        "shard": "",
    }
    assert main(["gate", "--first-release", "left.json", "right.json"]) == 0
    assert "PASS: 4 NEW" in capsys.readouterr().out
    assert main(["gate", "--first-release", "left.json"]) == 1
    assert "3 tests were deselected" in capsys.readouterr().out


def test_a_shard_neither_gates_nor_keeps_and_a_wrong_one_is_an_error(project):
    project.makepyfile(test_m="def test_a(): pass")
    refused = {
        "--robust-shard=3/2": "write I/K with I from 1 to K, for instance 2/4",
        "--robust-shard=half": "write I/K with I from 1 to K, for instance 2/4",
        "--robust-save-baseline=b.json": "--robust-shard=1/2 judges nothing, so it cannot gate or save a baseline",
        "--robust-baseline-detail=counts": "--robust-baseline-detail=counts forbids: leave one of them out",
        "--robust-run-name= ": "--robust-run-name= : give it a name, such as 2.1.0",
    }
    for option, why in refused.items():
        result = project.inprocess("--robust-shard=1/2", option)
        assert result.ret == 4
        result.stderr.fnmatch_lines([f"*{why}*"])
