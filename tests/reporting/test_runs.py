"""The folder of the runs there have been."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_robust.core.ran import Ran
from pytest_robust.core.record import Run
from pytest_robust.core.scores import Scores
from pytest_robust.reporting import keep_run, read_runs

if TYPE_CHECKING:
    from conftest import Runs


def test_a_run_is_numbered_on_from_the_largest_and_comes_back_with_its_name(tmp_path, runs: Runs):
    folder = tmp_path / ".robust" / "runs"
    one = runs.of_all_kinds()
    assert keep_run(folder, one, name="1.0").name == "0001_1.0.json"
    (folder / "0041_other.json").write_text(Run(created="", tool="", name="other").to_json())
    (folder / "notes.json").write_text("{")
    assert keep_run(folder, one, name="1.1").name == "0042_1.1.json"
    found = read_runs(folder)
    assert [run.name for run in found.runs] == ["1.0", "other", "1.1"]
    assert [line.split(": ")[1] for line in found.unread] == ["it is no JSON, or was cut off"]
    assert [record.value for record in found.runs[0].records] == [record.value for record in one.records]
    assert (folder.parent / ".gitignore").read_text() == "*\n"


def test_ten_thousand_runs_keep_their_order(tmp_path):
    (tmp_path / "9999_a.json").write_text(Run(created="", tool="", name="a").to_json())
    assert keep_run(tmp_path, Run(created="", tool=""), name="b").name == "10000_b.json"
    assert [run.name for run in read_runs(tmp_path).runs] == ["a", "b"]


def test_a_file_stays_small_whatever_was_looked_at(tmp_path, runs: Runs):
    import numpy as np

    scores = Scores.of(np.ones(100_000))
    record = runs.record(scores=scores, examples=tuple(runs.example(n) for n in range(5)))
    ran = Ran(tests=tuple(f"test_{n}" for n in range(1000)))
    path = keep_run(tmp_path, runs.run(record, ran=ran), name="big")
    assert path.stat().st_size < 2500
    assert json.loads(path.read_text())["records"][0]["n"] == record.n


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("../../etc/passwd", "0001_etc-passwd.json"),
        ("feature/new head", "0001_feature-new-head.json"),
        ("☃", "0001_run.json"),
        ("x" * 300, f"0001_{'x' * 60}.json"),
        ("..", "0001_run.json"),
    ],
)
def test_a_name_becomes_one_that_any_file_can_have(tmp_path, name, file):
    assert keep_run(tmp_path, Run(created="", tool=""), name=name).relative_to(tmp_path) == Path(file)


@pytest.mark.parametrize("names", [["same"] * 16, [f"name{n}" for n in range(16)]])
def test_sessions_that_end_at_once_lose_nothing_and_share_no_number(tmp_path, names):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda name: keep_run(tmp_path, Run(created="", tool=""), name=name), names))
    assert len({path.name.split("_")[0] for path in made}) == 16
    assert len(read_runs(tmp_path).runs) == 16


def test_a_number_that_another_session_takes_at_this_moment_is_left_to_it(tmp_path, monkeypatch):
    touch = Path.touch

    def at_once(path, **changes):
        touch(path, **changes)
        touch(path.with_name(path.name.replace("mine", "other")))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "touch", lambda path, **changes: (patched.undo(), at_once(path, **changes)))
        made = keep_run(tmp_path, Run(created="", tool=""), name="mine")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0001_other.json", "0002_mine.json"]
    assert made.name == "0002_mine.json"
    # The same name at the same moment is refused by the file system.
    with monkeypatch.context() as patched:
        patched.setattr(Path, "touch", lambda path, **changes: (patched.undo(), touch(path), touch(path, **changes)))
        assert keep_run(tmp_path, Run(created="", tool=""), name="mine").name == "0004_mine.json"


def test_a_run_that_cannot_be_written_leaves_no_file(tmp_path, monkeypatch):
    def full(path, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pytest_robust.reporting._runs.write", full)
    with pytest.raises(OSError, match="No space"):
        keep_run(tmp_path, Run(created="", tool=""), name="a")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_holds_no_run(tmp_path):
    assert read_runs(tmp_path / "absent").runs == ()
