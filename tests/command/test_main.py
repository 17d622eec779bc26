"""The command `pytest-robust`, in this process: files in, words and an exit status out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from pytest_robust import __version__
from pytest_robust.command.main import main
from pytest_robust.core.baseline import Baseline
from pytest_robust.core.piece import Piece
from pytest_robust.core.ran import Ran
from pytest_robust.core.record import Record, Run
from pytest_robust.core.scores import Scores
from pytest_robust.reporting import keep_run

ID = "test_m.py::test_a::accuracy"


def record(right=90, name="test_a", **changes):
    scores = (np.arange(100) < right).astype(float)
    usual = {
        "id": "accuracy",
        "nodeid": f"test_m.py::{name}",
        "metric": "accuracy",
        "title": "accuracy",
        "decision": "PASS",
        "reason": "all 100 examples were evaluated",
        "op": ">=",
        "bar": 0.5,
        "value": right / 100,
        "low": right / 100 - 0.05,
        "high": right / 100 + 0.05,
        "n": 100,
        "total": 100,
        "data": "d" * 16,
        "scores": Scores.of(scores),
    }
    return Record(**{**usual, **changes})


def run(*records, **changes):
    ran = Ran(tests=tuple(sorted(one.nodeid for one in records)))
    return Run(**{"created": "2026-01-01", "tool": "t", "records": records, "ran": ran, **changes})


@pytest.fixture
def here(tmp_path, monkeypatch, capsys):
    """A folder with a baseline, and `here(...)` to run the command in it; `here.out` is what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    class Here:
        path = tmp_path
        out = err = ""

        def save(self, name, saved):
            (tmp_path / name).write_text(saved if isinstance(saved, str) else saved.to_json())

        def __call__(self, *arguments):
            try:
                status = main(arguments)
            except SystemExit as exit_:
                status = exit_.code
            self.out, self.err = capsys.readouterr()
            return status

    folder = Here()
    folder.save("old.json", run(record()))
    folder.save("same.json", run(record()))
    folder.save("worse.json", run(record(70)))
    folder.save("base.json", Baseline.of(run(record()), commit="", accepted="", scores=True))
    return folder


def test_the_package_brings_it_as_a_command_and_as_a_module():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    script = EntryPoint(name="pytest-robust", value=project["scripts"]["pytest-robust"], group="console_scripts")
    assert script.load() is main
    command = [sys.executable, "-m", "pytest_robust", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"pytest-robust {__version__}\n")


def test_compare_lets_the_same_through_and_not_what_is_worse(here):
    assert here("compare", "old.json", "same.json") == 0
    assert here.out == f"PASS      {ID} 0.900 -> 0.900\nPASS: 1 PASS (held to old.json, margin 0)\n"
    assert here("compare", "old.json", "worse.json", "--margin=0.1") == 1
    assert f"FAIL      {ID} 0.900 -> 0.700" in here.out
    assert "20 examples worse, 0 better, of 100" in here.out
    assert here("compare", "old.json", "worse.json", "--margin=0.2") == 0


def test_compare_takes_a_baseline_for_the_old_side_and_says_the_same(here):
    assert here("compare", "base.json", "worse.json") == 1
    by_baseline = here.out
    assert here("compare", "old.json", "worse.json") == 1
    assert here.out == by_baseline.replace("base.json", "old.json")


def test_gate_merges_shards_and_says_what_one_session_would_have(here):
    a, b = record(), record(80, name="test_b")
    here.save("both.json", Baseline.of(run(a, b), commit="", accepted="", scores=True))
    here.save("a.json", run(a, ran=Ran(tests=(a.nodeid,), left_out=(b.nodeid,))))
    here.save("b.json", run(b, ran=Ran(tests=(b.nodeid,), left_out=(a.nodeid,)), environment={"python": "3.12"}))
    assert here("gate", "--baseline", "both.json", "a.json", "b.json") == 0
    assert "PASS: 2 PASS (held to both.json, margin 0)" in here.out
    assert "not the same everywhere: python: none in a.json; 3.12 in b.json" in here.err
    assert here("merge", "a.json", "b.json", "-o", "all.json") == 0
    assert here.err.endswith("wrote all.json: 2 checks: 2 PASS, of 2 files\n")
    assert here("gate", "--baseline", "both.json", "all.json") == 0
    assert here("gate", "--baseline", "both.json", "a.json") == 1
    assert re.search(r"MISSING +session\n +1 test was deselected", here.out)


def test_gate_writes_the_reports_that_pytest_would_and_they_hold_its_verdict(here):
    reports = ("--output=json:out/r.json", "--output=md:r.md", "--output=html:r.html", "--output=md-append:r.md")
    assert here("gate", "--baseline=base.json", "worse.json", *reports) == 1
    written = Run.from_json((here.path / "out" / "r.json").read_text())
    assert written.gate is not None
    assert [check.decision for check in written.gate.checks] == ["FAIL"]
    assert (here.path / "r.md").read_text().count("**FAIL**") == 2
    assert "<html" in (here.path / "r.html").read_text()
    assert here("show", "out/r.json") == 1
    assert "BLOCKED: 1 FAIL" in here.out


def test_a_waiver_lets_through_and_one_of_no_check_is_an_error(here):
    waived = f"{ID}: new sensor (until 2999-01-01)"
    assert here("gate", "--baseline=base.json", "worse.json", "--waive", waived) == 0
    assert "WAIVED" in here.out
    assert here("gate", "--baseline=base.json", "worse.json", "--waive", waived.replace("2999", "1999")) == 1
    assert here("gate", "--baseline=base.json", "worse.json", "--waive", "test_x: why (until 2999-01-01)") == 2
    assert f"--waive: 'test_x: why (until 2999-01-01)' waives none of the baseline's checks: {ID}" in here.err


def test_a_first_release_is_held_to_its_own_bars(here):
    assert here("gate", "--first-release", "same.json", "--save-baseline", "new.json") == 0
    assert here.err == "pytest-robust: saved 1 check as baseline new.json\n"
    assert here("gate", "--baseline=new.json", "same.json") == 0
    here.save("poor.json", run(replace(record(), decision="FAIL")))
    assert here("gate", "--first-release", "poor.json") == 1
    assert here("gate", "--first-release", "same.json", "--save-baseline", "new.json") == 2
    assert "there is a baseline, new.json; give it as --baseline" in here.err


def test_a_run_that_does_not_pass_becomes_no_baseline_without_a_reason(here):
    assert here("gate", "--baseline=base.json", "worse.json", "--save-baseline=next.json") == 1
    assert f"baseline next.json not saved: the gate blocks {ID}: FAIL" in here.err
    assert not (here.path / "next.json").exists()
    accepted = ("--save-baseline=next.json", "--accept=sensor changed")
    assert here("gate", "--baseline=base.json", "worse.json", *accepted) == 1
    kept = Baseline.from_json((here.path / "next.json").read_text())
    assert kept.accepted == f"sensor changed (the gate blocks {ID}: FAIL)"
    assert here("gate", "--baseline=base.json", "worse.json", "--accept=why") == 2
    assert "--accept belongs to --save-baseline FILE" in here.err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"complete": False}, "not evaluated"),
        ({"records": ()}, "no check was made"),
        ({"ran": None}, "the report does not say which tests were run"),
        ({"ran": Ran(failed=("test_m.py::test_other",))}, "a test failed: test_m.py::test_other"),
        ({"ran": Ran(limits=("only some tests were asked for: --lf",))}, "only some tests were asked for: --lf"),
        ({"ran": Ran(left_out=("test_m.py::test_b",))}, "1 test was deselected"),
    ],
)
def test_what_says_too_little_never_passes_and_is_never_kept(here, change, told):
    here.save("new.json", run(record(), **change))
    for held in (("--baseline=base.json",), ("--first-release",)):
        assert here("gate", *held, "new.json", "--save-baseline=next.json") == 1
        assert told in here.out
        assert "baseline next.json not saved" in here.err
    assert here("compare", "old.json", "new.json", "--margin=0.9") == 1
    assert not (here.path / "next.json").exists()


def test_merging_an_incomplete_run_is_written_and_not_green(here):
    here.save("cut.json", run(record(name="test_b"), complete=False))
    assert here("merge", "old.json", "cut.json", "-o", "all.json") == 1
    assert "it will not pass a gate" in here.err
    assert not Run.from_json((here.path / "all.json").read_text()).complete
    assert here("gate", "--first-release", "all.json") == 1


FOREIGN = {
    "empty.json": ("", "it is no JSON, or was cut off"),
    "half.json": (run(record()).to_json()[:200], "it is no JSON, or was cut off"),
    "list.json": ("[]", "it is some other file"),
    "newer.json": (run(record()).to_json().replace('"schema": 1', '"schema": 2'), "its schema is 2, .*; upgrade"),
    "poor.json": (
        run(record()).to_json().replace('"value": 0.9', '"value": "0.9"'),
        "value='0.9' of 'accuracy' is no number",
    ),
    "base.json": (None, "it is some other file"),
    "absent.json": (None, "cannot be read: No such file"),
}


@pytest.mark.parametrize("file", FOREIGN)
@pytest.mark.parametrize(
    "command",
    [
        ("merge", "same.json", "FILE", "-o", "all.json"),
        ("compare", "old.json", "FILE"),
        ("gate", "--baseline=base.json", "same.json", "FILE", "--save-baseline=next.json"),
        ("show", "FILE"),
    ],
)
def test_a_file_that_is_no_saved_run_is_named_with_what_is_wrong(here, file, command):
    text, why = FOREIGN[file]
    if text is not None:
        here.save(file, text)
    assert here(*(file if word == "FILE" else word for word in command)) == 2
    assert re.fullmatch(f"pytest-robust: {file}:? .*{why}.*\n", here.err)
    assert here.out == ""
    assert not {"all.json", "next.json"} & {path.name for path in here.path.iterdir()}


@pytest.mark.parametrize(
    ("saved", "why"),
    [
        (run(), "it holds no check, so nothing can be held to it"),
        (run(record(), complete=False), "the run did not come to its end, so nothing can be held to it"),
        ("{}", "it is some other file"),
        (Baseline.of(run(record()), commit="", accepted="", scores=True).to_json().replace("0.9", "0.1"), "edited"),
    ],
)
def test_an_old_side_that_holds_nothing_is_refused(here, saved, why):
    here.save("was.json", saved)
    assert here("compare", "was.json", "same.json") == 2
    assert here.err.startswith("pytest-robust: was.json: ")
    assert why in here.err


def test_a_baseline_that_is_none_is_refused(here):
    assert here("gate", "--baseline=old.json", "same.json") == 2
    assert "old.json: it is some other file; a baseline is what --robust-save-baseline wrote" in here.err


def test_runs_of_another_policy_do_not_merge(here):
    here.save("seed.json", run(record(), settings={"seed": "7"}))
    assert here("merge", "old.json", "seed.json", "-o", "all.json") == 2
    assert "seed is not said in old.json and 7 in seed.json" in here.err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "required: COMMAND"),
        (("judge",), "invalid choice"),
        (("merge", "old.json"), "required: -o"),
        (("gate", "old.json"), "one of the arguments --baseline --first-release is required"),
        (("gate", "old.json", "--baseline=base.json", "--first-release"), "not allowed with"),
        (("compare", "old.json", "same.json", "--margin=1"), "'1': a margin is at least 0 and below 1"),
        (("compare", "old.json", "same.json", "--margin=nan"), "'nan': a margin is at least 0"),
        (("compare", "old.json", "same.json", "--margin=much"), "'much': a margin is"),
        (("gate", "--baseline=base.json", "old.json", "--output=pdf:x"), "pdf:x: write FORMAT:PATH, with a format of"),
        (("show",), "show which run"),
        (("show", "--history", "a", "b"), "--history draws one folder, not 2"),
        (("show", "--history"), "runs: there is no run in it; each pytest --robust-report adds one"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(here, arguments, why):
    assert here(*arguments) == 2
    assert why in here.err


def test_a_report_that_cannot_be_written_is_not_green(here):
    (here.path / "folder").mkdir()
    assert here("gate", "--baseline=base.json", "same.json", "--output=md:folder") == 2
    assert "folder" in here.err
    assert here("merge", "old.json", "-o", "folder") == 2


def test_a_shard_alone_passes_nothing(here):
    piece = Piece(
        shard="1/2",
        size=200,
        asked=100,
        known=Scores.of(np.ones(100)),
        scores=Scores.of(np.ones(100)),
        flattery="up",
    )
    half = replace(record(100), decision="SHARD", scores=None, piece=piece)
    here.save("half.json", run(half, ran=Ran(tests=(half.nodeid,), shard="1/2")))
    assert here("gate", "--first-release", "half.json", "--save-baseline=next.json") == 2
    assert "shard 2/2 is missing: there is 1/2 in half.json" in here.err
    assert here("merge", "half.json", "-o", "all.json") == 2
    assert here("compare", "old.json", "half.json") == 1
    assert "only shard 1/2 of the examples was looked at" in here.out
    assert here("show", "half.json") == 1
    assert "not evaluated: shard 1/2 of the examples, to be merged with the others" in here.out
    assert not {"all.json", "next.json"} & {path.name for path in here.path.iterdir()}


def test_show_prints_the_table_and_is_green_only_where_all_passed(here):
    assert here("show", "same.json") == 0
    assert "1 check: 1 PASS" in here.out
    here.save("poor.json", run(replace(record(), decision="FAIL")))
    assert here("show", "same.json", "poor.json") == 1
    assert "same.json: PASS: 1 check\n" in here.out
    assert "poor.json: FAIL: 1 of 1 check\n" in here.out
    here.save("failed.json", run(record(), ran=Ran(failed=("test_m.py::test_b",))))
    assert here("show", "failed.json") == 1
    assert "failed.json: a test failed: test_m.py::test_b" in here.err
    here.save("empty.json", run())
    assert here("show", "empty.json") == 1


def test_history_is_drawn_and_a_file_that_is_none_does_not_hide_the_rest(here):
    for right in (70, 80, 90):
        keep_run(here.path / ".robust" / "runs", run(record(right)), name="v")
    assert here("show", "--history") == 0
    assert ID in here.out
    assert ["0.700", "0.900", "0.700"] == here.out.split()[-3:]
    keep = here.path / ".robust" / "runs" / "0009_half.json"
    keep.write_text("{")
    assert here("show", "--history", ".robust/runs") == 2
    assert ID in here.out
    assert "0009_half.json: it is no JSON, or was cut off" in here.err


def test_an_output_that_is_not_utf_8_gets_escapes(here, monkeypatch):
    from io import BytesIO, TextIOWrapper

    here.save("snow.json", run(replace(record(), title="☃", model="☃")))
    out, err = (TextIOWrapper(BytesIO(), encoding="ascii", write_through=True) for _ in range(2))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    assert main(["show", "snow.json"]) == 0
    assert b"\\u2603" in out.buffer.getvalue()
    assert main(["show", "☃.json"]) == 2
    assert b"\\u2603.json cannot be read" in err.buffer.getvalue()


def test_what_it_writes_is_read_back(here):
    assert here("merge", "old.json", "same.json", "-o", "all.json") == 0
    assert json.loads((here.path / "all.json").read_text())["records"][0]["value"] == 0.9
