"""The models that ship are what their records say, and can be made again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference_models.sources import PACKAGE
from reference_models.store import WEIGHTS, members, shipped_at, source_hash, trained
from reference_models.task import Task
from reference_models.tasks import every

# Processor seconds; all others are retrained by `make retrain`, which sets ROBUST_RETRAIN.
CHEAP = 12

each_task = pytest.mark.parametrize("task", every(), ids=lambda task: task.name)


def record_of(task: Task) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(shipped_at(task).read_text(encoding="utf-8"))
    return made


def skip_where_something_is_missing(task: Task) -> None:
    if task.missing():
        pytest.skip(task.missing())


@each_task
def test_what_ships_was_made_by_this_source_from_the_data_that_is_embedded(task: Task) -> None:
    splits, record = task.load(), record_of(task)
    again = f"python -m reference_models train {task.name} --ship"
    assert record["sources"] == source_hash(task), f"its source has changed since: {again}"
    assert record["data"] == {"source": splits.source, "fingerprint": splits.fingerprint()}, again
    assert (record["task"], record["seed"], record["command"]) == (task.name, 0, again)
    assert all(each.holds(record["metrics"][each.metric]) for each in task.expected_on(splits.source))


@each_task
def test_what_ships_measures_what_its_record_says(task: Task) -> None:
    skip_where_something_is_missing(task)
    result = trained(task)
    assert task.measure(result.model, result.splits) == pytest.approx(record_of(task)["metrics"], abs=2e-3)


@each_task
def test_what_ships_is_weights_alone_and_of_numbers(task: Task) -> None:
    for name, model in members(trained(task).model).items():
        assert all(np.isfinite(weights).all() for weights in model.get_weights())
        assert not model.compiled, f"{name}: an optimizer was saved with it"


def test_nothing_ships_that_no_task_made() -> None:
    made = [shipped_at(task) for task in every()]
    models = {
        f"{path.stem}{name and f'.{name}'}.keras" for path in made for name in json.loads(path.read_text())["members"]
    }
    assert {path.name for path in WEIGHTS.iterdir()} == {path.name for path in made} | models
    assert max(path.stat().st_size for path in WEIGHTS.iterdir()) < 5_000_000


@each_task
def test_a_training_gives_what_ships(task: Task, tmp_path: Path) -> None:
    if task.cpu_seconds > CHEAP and not os.environ.get("ROBUST_RETRAIN"):
        pytest.skip(f"takes about {task.cpu_seconds} seconds of a core; `make retrain` does it")
    skip_where_something_is_missing(task)
    command = [sys.executable, "-m", "reference_models", "train", task.name, f"--out={tmp_path / 'again.keras'}"]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=3000)
    assert done.returncode == 0, done.stdout + done.stderr
    again, shipped = json.loads((tmp_path / "again.json").read_text()), record_of(task)
    for each in task.expected_on(shipped["data"]["source"]):
        # Another processor rounds otherwise, so weights differ in the end; what they measure does not by much.
        assert again["metrics"][each.metric] == pytest.approx(shipped["metrics"][each.metric], abs=each.tolerance)
