"""What the system beneath does to a gate: clock, encoding, disk. Nothing is lost, nothing is green that should not be."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from textwrap import dedent

import pytest

from pytest_robust.core.baseline import Baseline
from pytest_robust.gates.commit import commit_of

SUITE = """
    from pytest_robust.attacks import FGSM
    def test_clean(robust):
        assert robust.accuracy() >= 0.5
    def test_attack(robust):
        assert robust.accuracy(under=FGSM(eps=0.01)) >= 0.5
"""
CHECK = "test_m.py::test_clean::accuracy"

# Loaded before the package: the wall clock starts in a year and goes back by a day whenever somebody looks.
BACKWARDS = """
    import datetime, os, time
    NOW = [datetime.datetime(int(os.environ["YEAR"]), 3, 1, tzinfo=datetime.UTC).timestamp()]
    def earlier():
        NOW[0] -= 86400
        return NOW[0]
    class Backwards(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(earlier(), tz)
    time.time, datetime.datetime = earlier, Backwards
"""


def ran(project, *arguments, command=(), folder=None, **environment):
    """A session of pytest, in a process of its own."""
    pytest_ = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly"]
    return subprocess.run(
        [*command, *pytest_, "-p", "no:hypothesispytest", *arguments],
        cwd=folder or project.path,
        env={**os.environ, "PYTHONPATH": f"{project.path}:{os.environ.get('PYTHONPATH', '')}", **environment},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=240,
        check=False,
    )


def worsen(folder):
    """Disturb the model's weights: 79 % of the examples are right instead of 95 %."""
    conftest = folder / "conftest.py"
    disturbed = "LinearModel(MODEL.weights + 0.5 * np.random.default_rng(0).normal(size=(16, 3)), np.zeros(3))"
    conftest.write_text(conftest.read_text().replace("    return MODEL\n", f"    return {disturbed}\n"))


def test_a_clock_that_goes_back_makes_no_time_negative_and_no_waiver_valid_again(project) -> None:
    project.makepyfile(test_m=SUITE, backwards=BACKWARDS)
    backwards = ("-p", "backwards", "--robust-report", "--junitxml=junit.xml")
    saved = ran(project, *backwards, "--robust-save-baseline=base.json", YEAR="2026")
    assert saved.returncode == 0, saved.stdout
    kept = Baseline.from_json((project.path / "base.json").read_text())
    assert datetime.fromisoformat(kept.created).strftime("%Y-%m") == "2026-02"
    assert all(record["seconds"] > 0 for record in project.records())
    # The model is worse, its waiver was over before the baseline was saved, and the clock has lost ten years.
    worsen(project.path)
    project.makeini(f"[pytest]\nrobust_waive = {CHECK}: new sensor (until 2025-12-31)\n")
    held = ran(project, *backwards, "--robust-gate", "--robust-baseline=base.json", YEAR="2016")
    assert held.returncode == 1
    report = json.loads((project.path / ".robust" / "report.json").read_text())
    assert report["created"].startswith("2016-02")
    (told,) = (check for check in report["gate"]["checks"] if check["check"] == CHECK)
    assert told["decision"] == "FAIL"
    assert told["reason"].startswith("its waiver (new sensor) ended on 2025-12-31")
    assert all(record["seconds"] > 0 for record in report["records"])
    assert not re.search(r'time="-', (project.path / "junit.xml").read_text())


def test_an_environment_without_utf8_comes_to_the_same_checks_baseline_and_verdict(project) -> None:
    folder = project.path / "prüfung é"
    folder.mkdir()
    shutil.copy(project.path / "conftest.py", folder)
    (folder / "test_größe.py").write_text(dedent(SUITE), encoding="utf-8")
    (folder / "model.py").write_text("from conftest import MODEL, X, Y\nmodel, data = MODEL, (X, Y)\n")
    (folder / "robust.toml").write_text(
        'model = "model:model"\ndata = "model:data"\n[[check]]\nname = "größe"\nmin_accuracy = 0.9\n', encoding="utf-8"
    )
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    report = ("--robust-report", "--robust-output=md-append:summary.md")
    gate = ("--robust-gate", "--robust-baseline=utf8.json")

    def kept(name):
        text = (folder / name).read_text(encoding="utf-8")
        return [check.check for check in Baseline.from_json(text).checks], Baseline.from_json(text).models

    assert ran(project, "--robust-save-baseline=utf8.json", folder=folder, PYTHONUTF8="1").returncode == 0
    assert [check.split("::")[:2] for check in kept("utf8.json")[0]] == [
        ["robust.toml", "größe"],
        ["test_größe.py", "test_attack"],
        ["test_größe.py", "test_clean"],
    ]
    held = ran(project, *gate, *report, "--robust-save-baseline=ascii.json", folder=folder, **ascii_only)
    assert held.returncode == 0, held.stdout
    assert "PASS: 3 PASS (held to utf8.json, margin 0)" in held.stdout
    assert held.stdout.isascii()
    assert kept("ascii.json") == kept("utf8.json")
    assert "test_größe.py" in (folder / ".robust" / "report.html").read_text(encoding="utf-8")
    # A worse model is as worse there, and what it got wrong is saved and found again.
    worsen(folder)
    shutil.rmtree(folder / ".robust")
    worse = ran(project, *gate, *report, folder=folder, **{**ascii_only, "PYTHONIOENCODING": "latin-1"})
    assert worse.returncode == 1
    assert "BLOCKED: 1 PASS, 2 FAIL (held to utf8.json, margin 0)" in worse.stdout
    assert "größe" in (folder / "summary.md").read_text(encoding="utf-8")
    assert "INTERNALERROR" not in worse.stdout + worse.stderr
    (found, *_) = sorted((folder / ".robust" / "counterexamples").iterdir())
    again = ran(project, f"--robust-replay={found}", folder=folder, **ascii_only)
    assert again.returncode == 1
    assert "still broken" in again.stdout


def test_git_that_complains_in_another_encoding_costs_no_baseline(tmp_path, monkeypatch) -> None:
    git = tmp_path / "git"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for status, commit in (("0", "1234abc-dirty"), ("128", "")):
        git.write_text(f"#!/bin/sh\nprintf 'fatal: \\374ber\\n' >&2\necho 1234abc-dirty\nexit {status}\n")
        git.chmod(0o755)
        assert commit_of(tmp_path) == commit


# What the folder is, as root of a namespace of one's own may say; the file in it is put there before.
MOUNTS = {
    "full": "mount -t tmpfs -o size=64k tmpfs place && cp old.json place/base.json && ! cat /dev/zero 2>/dev/null > place/rest",
    "sealed": "mount -t tmpfs tmpfs place && cp old.json place/base.json && mount -o remount,ro place",
}


@pytest.mark.parametrize(
    ("mount", "words"), [("full", "No space left on device"), ("sealed", "Read-only file system")], ids=list(MOUNTS)
)
def test_a_real_disk_that_is_full_or_sealed_leaves_the_old_file_whole(project, mount, words) -> None:
    project.makepyfile(test_m=SUITE)
    (project.path / "place").mkdir()
    (project.path / "old.json").write_text("the old one\n" * 500)
    unshare = shutil.which("unshare")
    tried = unshare and subprocess.run(
        [unshare, "-rm", "sh", "-c", MOUNTS[mount]], cwd=project.path, capture_output=True, text=True, check=False
    )
    if not tried or tried.returncode:
        pytest.skip(f"no file system of one's own can be mounted here: {tried.stderr if tried else 'no unshare'}")
    script = (
        f'{MOUNTS[mount]}; "$@"; status=$?\n'
        "cmp old.json place/base.json && echo still the old one; ls -A place; exit $status"
    )
    arguments = ("--robust-save-baseline=place/base.json", "--robust-output=json:place/report.json")
    told = ran(project, *arguments, command=(unshare, "-rm", "sh", "-c", script, "sh"))
    assert told.returncode == 1
    assert re.search(rf"robust: baseline \S+base.json not saved: .*{words}", told.stdout)
    assert re.search(rf"robust: not written: \S+report.json: .*{words}", told.stdout)
    assert "still the old one" in told.stdout
    left = told.stdout.rpartition("still the old one\n")[2].split()
    assert left == (["base.json", "rest"] if mount == "full" else ["base.json"])
