"""What breaks while a baseline is written or a gate is under way: nothing is lost, nothing is green that should not be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pytest_robust.core.baseline import Baseline

SUITE = """
    def test_clean(robust):
        assert robust.accuracy() >= 0.5
"""
SAVE = "--robust-save-baseline=base.json"
GATE = ("--robust-gate", "--robust-baseline=base.json")


def test_a_worker_that_dies_loses_its_check_and_the_gate_says_so(project) -> None:
    project.makepyfile(test_m=SUITE, test_n=SUITE)
    assert project.run(SAVE).ret == 0
    project.makepyfile(test_n="    import os\n    def test_clean(robust):\n        os._exit(3)\n")
    result = project.run(*GATE, "-n", "2")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["MISSING *test_n.py::test_clean::accuracy*", "PASS *test_m.py::test_clean::accuracy*"])
    refused = project.run(SAVE, "-n", "2")
    assert refused.ret == 1
    refused.stdout.fnmatch_lines(["robust: baseline *base.json not saved: *exit status 1*"])


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one_whole(project) -> None:
    project.makepyfile(test_m=SUITE)
    (project.path / "base.json").write_text("the old one")
    # As a full disk: the new text is longer than what may be written.
    limited = (
        "import resource, signal, sys, pytest; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512));"
        f"sys.exit(pytest.main(['-p', 'no:cacheprovider', '--assert=plain', '-s', '{SAVE}']))"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", limited],
        cwd=project.path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "base.json not saved: [Errno 27] File too large" in done.stdout
    assert (project.path / "base.json").read_text() == "the old one"
    assert [path.name for path in project.path.iterdir() if "tmp" in path.name] == []


def test_a_folder_that_is_a_file_is_told_and_is_no_success(project) -> None:
    project.makepyfile(test_m=SUITE)
    (project.path / "taken").write_text("a file")
    result = project.run("--robust-save-baseline=taken/base.json")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["robust: baseline *taken/base.json not saved: *"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_leaves_the_old_file(project) -> None:
    project.makepyfile(test_m=SUITE)
    folder = project.path / "kept"
    folder.mkdir()
    (folder / "base.json").write_text("the old one")
    folder.chmod(0o500)
    assert project.run("--robust-save-baseline=kept/base.json").ret == 1
    assert (folder / "base.json").read_text() == "the old one"


def test_two_runs_that_write_at_once_leave_one_whole_file(project) -> None:
    project.makepyfile(test_m=SUITE)

    def run(_):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", SAVE]
        return subprocess.run(command, cwd=project.path, capture_output=True, timeout=240, check=False).returncode

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, range(2))) == [0, 0]
    assert len(Baseline.from_json((project.path / "base.json").read_text()).checks) == 1
    assert [path.name for path in project.path.iterdir() if "tmp" in path.name] == []


def test_a_reason_saves_a_failing_run_and_stands_in_the_file(project) -> None:
    project.makepyfile(test_m=SUITE.replace("0.5", "0.99"))
    refused = project.run(SAVE)
    assert refused.ret == 1
    refused.stdout.fnmatch_lines(["*not saved: the run did not succeed: exit status 1; 1 of 1 checks came to FAIL*"])
    assert not (project.path / "base.json").exists()
    assert project.run(SAVE, "--robust-accept=known since May").ret == 1
    accepted = json.loads((project.path / "base.json").read_text())["accepted"]
    assert accepted == "known since May (the run did not succeed: exit status 1; 1 of 1 checks came to FAIL)"


def test_an_empty_run_is_kept_for_no_reason(project) -> None:
    project.makepyfile("def test_other(): pass")
    result = project.run(SAVE, "--robust-accept=why not")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*not saved: it would hold no check"])


def test_an_interrupted_run_keeps_nothing(project) -> None:
    project.makepyfile(test_m=SUITE + "    def test_z():\n        raise KeyboardInterrupt\n")
    result = project.run(SAVE)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*not saved: the run did not come to its end*"])
    assert not (project.path / "base.json").exists()


def test_other_weights_under_the_same_name_are_told_by_the_examples_they_move(project) -> None:
    project.makepyfile(test_m=SUITE)
    # The weights say which examples are wrong: ten in a hundred, before and after.
    project.path.joinpath("conftest.py").write_text(
        "import numpy as np\n"
        "import pytest\n"
        "X = np.linspace(0, 1, 200)[:, None]\n"
        "def network(x):\n"
        "    wrong = np.load('weights.npy')\n"
        "    return (x[:, 0] > 0.5) ^ wrong[np.rint(x[:, 0] * 199).astype(int)]\n"
        "robust_model = pytest.fixture(scope='session')(lambda: network)\n"
        "robust_data = pytest.fixture(scope='session')(lambda: (X, (X[:, 0] > 0.5).astype(int)))\n"
    )
    weights, places = project.path / "weights.npy", np.arange(200)
    np.save(weights, places < 20)
    assert project.run(SAVE).ret == 0
    old = Baseline.from_json((project.path / "base.json").read_text())
    np.save(weights, places >= 180)
    result = project.run(*GATE, "--robust-report", "--robust-save-baseline=new.json")
    new = Baseline.from_json((project.path / "new.json").read_text())
    # As good on these examples, and another model.
    assert result.ret == 0
    (told,) = json.loads((project.path / ".robust" / "report.json").read_text())["gate"]["checks"]
    assert (told["drop"], told["newly_broken"], told["newly_right"]) == (0, 20, 20)
    assert set(old.models) == set(new.models) == {"network"}
    assert old.models != new.models
    # About others like them, it is not settled that it is no worse.
    assert project.run(*GATE, "--robust-claim=population").ret == 1
    np.save(weights, places < 21)
    result = project.run(*GATE)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAIL *test_m.py::test_clean::accuracy*", "*1 examples worse, 0 better, of 200*"])


def test_counts_keep_no_answers_in_the_file_or_in_reports(project) -> None:
    project.makepyfile(test_m=SUITE)
    assert project.run(SAVE, "--robust-baseline-detail=counts", "--robust-report").ret == 0
    (check,) = json.loads((project.path / "base.json").read_text())["checks"]
    assert check["scores"] is None
    (record,) = project.records()
    assert record["scores"] is None
    result = project.run(*GATE)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["PASS: 1 PASS*"])
