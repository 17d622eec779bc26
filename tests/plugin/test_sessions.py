"""Forked sessions, which these tests use, are what a fresh interpreter would have been."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import threading
import time
from pathlib import Path

import coverage
import pytest

# Says of its process what a test could see.
SEEN = """
    import json, os, sys, warnings
    import numpy as np
    from pathlib import Path

    def test_of_the_process(tmp_path, request):
        warnings.warn("seen")
        seen = {
            "arguments": sys.argv, "original": sys.argv[0], "folder": os.getcwd(), "path": sys.path,
            "environment": {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
            "main": sys.modules["__main__"].__file__, "terminal": [os.isatty(stream) for stream in range(3)],
            "encodings": [stream.encoding for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__)],
            "open": sorted(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else [],
            "temporary": str(tmp_path.relative_to(request.config.option.basetemp)),
            "rewritten": [repr(sys.modules[name].__loader__)[:60] for name in ("pytest_robust.plugin", "xdist.plugin")],
        }
        Path(os.environ["SEEN"]).write_text(json.dumps(seen))
        print("printed", file=sys.stderr)
        os.write(1, b"written\\n")
        assert os.read(0, 1) == b""

    def test_passes(robust):
        assert robust.accuracy() >= 0.9

    def test_fails(robust):
        print("of the test")
        assert robust.accuracy() >= 0.99

    def test_errs(nothing):
        pass
"""


@pytest.fixture
def both(project, pytester, run_pytest, monkeypatch):
    """A function that runs a session in a fresh interpreter and a forked one: for each what it said, and left."""

    def run(*arguments):
        found = []
        for runs in (pytester.runpytest_subprocess, run_pytest):
            monkeypatch.setenv("SEEN", str(project.path / f"{len(found)}.json"))
            result = runs("-p", "no:randomly", "-p", "no:cacheprovider", *arguments)
            told = (
                re.sub(r"in [0-9.]+s|0x[0-9a-f]+|runpytest-\w+", "", str(said))
                for said in (result.stdout, result.stderr)
            )
            left = project.path / ".robust" / "report.json"
            records = project.records() if left.exists() else []
            shutil.rmtree(left.parent, ignore_errors=True)
            found.append((result.ret, *told, [{**record, "seconds": 0} for record in records]))
        return found

    return run


def test_a_forked_session_says_and_leaves_what_a_fresh_one_does(both, project) -> None:
    project.makepyfile(test_m=SEEN)
    fresh, forked = both("-v", "--robust-report", "-ra", "-W", "always")
    assert (fresh[0], len(fresh[3])) == (1, 2)
    assert "1 failed, 2 passed, 1 warning, 1 error" in fresh[1]
    assert forked == fresh


def test_it_has_the_surroundings_of_a_fresh_one(both, project) -> None:
    project.makepyfile(test_m=SEEN)
    both("-s", "-k", "process")
    fresh, forked = (json.loads((project.path / f"{run}.json").read_text()) for run in range(2))
    assert "AssertionRewritingHook" in fresh["rewritten"][0]
    for one in (fresh, forked):
        one["arguments"] = [re.sub(r"runpytest-\w+", "", word) for word in one["arguments"]]
        assert one["environment"].pop("SEEN")
        one["environment"].pop("PYTHONDONTWRITEBYTECODE", None)
    assert forked == fresh


def test_what_behaves_otherwise_where_it_is_loaded_is_not(project, run_pytest) -> None:
    project.makepyfile("def test_passes(): pass")
    project.path.joinpath("before.py").write_text("import sys\nprint(*sys.modules)\n")
    result = run_pytest("-p", "before")
    assert result.ret == 0
    before = set(result.outlines[0].split())
    assert {"numpy", "pytest", "scipy.stats", "pytest_robust.gates.judge"} <= before
    frameworks = {"hypothesis", "keras", "tensorflow", "torch"}
    assert {name.partition(".")[0] for name in before} & frameworks == set()


def test_a_session_that_dies_is_told_by_its_status_and_the_next_one_is_well(project, run_pytest) -> None:
    for end, status in ("os._exit(77)", 77), ("os.kill(os.getpid(), 9)", -9), ("print(0)", 0):
        project.makepyfile(f"import os\ndef test_ends(): {end}")
        assert run_pytest("-p", "no:cacheprovider").ret == status


def test_a_project_that_changes_within_a_second_is_read_anew(project, run_pytest) -> None:
    test = project.makepyfile("def test_it(): assert 1")
    for line, status in (("assert 1", 0), ("assert 0", 1)):
        test.write_text(f"def test_it(): {line}\n")
        os.utime(test, (1e9, 1e9))
        assert run_pytest().ret == status


def test_an_environment_that_is_read_at_the_start_is_refused(project, run_pytest, monkeypatch) -> None:
    for name in ("PYTHONUTF8", "LC_ALL"):
        with monkeypatch.context() as changed, pytest.raises(ValueError, match=f"{name}.*start one of its own"):
            changed.setenv(name, "0")
            run_pytest()


def test_a_test_that_runs_out_of_time_leaves_no_session_behind(project, run_pytest) -> None:
    project.makepyfile("""
        import time
        def test_goes_on():
            while True:
                with open("pulse", "a") as file:
                    file.write(".")
                time.sleep(0.02)
    """)

    class OutOfTime(Exception): ...

    def out(*_):
        raise OutOfTime

    pulse = project.path / "pulse"

    def watch():
        while not pulse.exists():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGUSR1)

    usual = signal.signal(signal.SIGUSR1, out)
    try:
        threading.Thread(target=watch, daemon=True).start()
        with pytest.raises(OutOfTime):
            run_pytest()
    finally:
        signal.signal(signal.SIGUSR1, usual)
    beats = pulse.read_text()
    assert beats
    time.sleep(0.5)
    assert pulse.read_text() == beats
    project.makepyfile("def test_passes(): pass")
    assert run_pytest("-p", "no:cacheprovider").ret == 0


def test_coverage_measures_it(project, run_pytest, monkeypatch) -> None:
    for name in [name for name in os.environ if name.startswith("COVERAGE_PROCESS_")]:
        monkeypatch.delenv(name)
    settings = project.path / "coverage.ini"
    settings.write_text(
        f"[run]\nbranch = true\nparallel = true\nsource = pytest_robust\ndata_file = {project.path}/data\n"
    )
    monkeypatch.setenv("COVERAGE_PROCESS_START", str(settings))
    project.makepyfile("def test_passes(robust):\n    assert robust.accuracy() >= 0.9")
    assert run_pytest("-p", "no:cacheprovider").ret == 0
    (file,) = project.path.glob("data.*")
    data = coverage.CoverageData(str(file))
    data.read()
    (judge,) = [path for path in data.measured_files() if path.endswith("gates/judge.py")]
    source = Path(judge).read_text(encoding="utf-8").splitlines()
    ran = {source[line - 1].strip().partition(" ")[0] for line in data.lines(judge)}
    # What runs where a model is judged, not when the file is imported.
    assert "return" in ran
