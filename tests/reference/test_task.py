"""The shape of all tasks, how they are trained, and how trained models are kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from reference_models import store
from reference_models.__main__ import main
from reference_models.readme import README, with_table
from reference_models.sources import PACKAGE, hash_of_sources, sources
from reference_models.splits import Examples, Splits
from reference_models.store import made_once, save, stored_at, trained
from reference_models.task import Expected, Task, Trained
from reference_models.tasks import every, find
from reference_models.tasks.mnist_cnn import TASK

# As Keras 3.15 copies TensorFlow's variables with NumPy 2.4; nothing of ours can change it.
KERAS_SAVES = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def run(code: str) -> Any:
    """Return what the code prints last, as JSON, run in an interpreter of its own."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_task_is_named_as_its_file() -> None:
    names = {task.name for task in every()}
    assert "mnist_cnn" in names
    assert names == {file.stem for file in (PACKAGE / "tasks").glob("[!_]*.py")}


def test_every_task_has_a_number_of_its_own_from_1_to_20() -> None:
    numbers = [task.number for task in every()]
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= set(range(1, 21))


def test_every_task_expects_something_of_what_it_measures() -> None:
    assert all(task.expected and task.purpose and task.cpu_seconds > 0 for task in every())


def test_an_unknown_task_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'mnist' is none of the tasks \[.*'mnist_cnn'"):
        find("mnist")


def test_readme_lists_the_tasks_as_they_are() -> None:
    text = README.read_text(encoding="utf-8")
    assert "tasks/mnist_cnn.py" in text
    assert text == with_table(text), "run `python -m reference_models.readme`"


def test_a_score_far_above_the_expected_one_is_a_fault_too() -> None:
    expected = Expected(metric="accuracy", value=0.9, tolerance=0.05, source="a")
    assert [expected.holds(value) for value in (0.84, 0.86, 0.94, 0.96)] == [False, True, True, False]
    assert not expected.holds(float("nan"))


def test_only_the_expectations_of_the_data_at_hand_count() -> None:
    assert {expected.source for expected in TASK.expected_on("mnist_5000")} == {"mnist_5000"}
    assert TASK.expected_on("another") == ()


def test_tensorflow_is_imported_only_when_a_model_is_built() -> None:
    before, listed, built = run(
        "import json, sys\n"
        "import reference_models, reference_models.__main__\n"
        "from reference_models.tasks import every\n"
        "loaded = lambda: [name for name in ('reference_models', 'keras', 'tensorflow') if name in sys.modules]\n"
        "before = loaded(); tasks = every(); [task.load() for task in tasks]; listed = loaded()\n"
        "[task.build() for task in tasks if task.name == 'mnist_cnn']\n"
        "print(json.dumps([before, listed, loaded()]))"
    )
    assert built == ["reference_models", "keras", "tensorflow"]
    assert before == listed == ["reference_models"]


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    first, second, other = run(
        "import json\n"
        "from hashlib import sha256\n"
        "from reference_models import train\n"
        "from reference_models.determinism import pin\n"
        "from reference_models.tasks.mnist_cnn import TASK\n"
        "pin()\n"
        "def weights(seed):\n"
        "    model = train(TASK, seed=seed, quick=True).model\n"
        "    assert not model.compiled, 'an optimizer would be saved with it'\n"
        "    return sha256(b''.join(array.tobytes() for array in model.get_weights())).hexdigest()\n"
        "print(json.dumps([weights(0), weights(0), weights(1)]))"
    )
    assert first == second != other


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a package in which `task` imports `direct`, that `indirect`, and nothing `apart`."""
    folder = tmp_path / "models"
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "data" / "__init__.py").write_text("")
    (folder / "task.py").write_text("import json\nfrom models.data import direct\n")
    (folder / "data" / "direct.py").write_text("def load():\n    import models.indirect\n")
    (folder / "indirect.py").write_text("from models import task  # round\n")
    (folder / "apart.py").write_text("")
    return folder


def test_sources_of_a_task_are_what_it_imports_through_any_file(package: Path) -> None:
    found = {str(file.relative_to(package)) for file in sources(package / "task.py", package=package)}
    assert found == {"task.py", "data/direct.py", "indirect.py", "__init__.py", "data/__init__.py"}


def test_sources_of_a_real_task_hold_its_architecture_and_data_and_fit() -> None:
    names = {file.name for file in sources(PACKAGE / "tasks" / "mnist_cnn.py")}
    assert {"mnist_cnn.py", "architectures.py", "mnist.py", "supervised.py", "task.py"} <= names
    assert not {"__main__.py", "readme.py", "store.py"} & names, "these change no model"


@pytest.mark.parametrize(("file", "changes"), [("task.py", True), ("indirect.py", True), ("apart.py", False)])
def test_hash_changes_with_a_source_and_with_nothing_else(package: Path, file: str, changes: bool) -> None:
    def now() -> str:
        return hash_of_sources(sources(package / "task.py", package=package))

    before = now()
    assert now() == before
    with (package / file).open("a") as text:
        text.write("\nx = 1\n")
    assert (now() != before) is changes


def test_name_of_a_stored_model_changes_with_seed_and_data_and_source(monkeypatch: pytest.MonkeyPatch) -> None:
    part = Examples(x=np.zeros((2, 4), np.float32), y=np.zeros(2, np.int64))
    splits, other = (Splits(train=part, test=part, source=source) for source in "ab")
    names = {stored_at(TASK, 0, splits), stored_at(TASK, 1, splits), stored_at(TASK, 0, other)}
    assert stored_at(TASK, 0, splits) in names
    monkeypatch.setattr(store, "source_hash", lambda _: "changed")
    names.add(stored_at(TASK, 0, splits))
    assert len(names) == 4


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Put an untrained model in the place of each training, and count them by seed."""
    seeds: list[int] = []

    def pretend(task: Task, seed: int, path: Path) -> None:
        seeds.append(seed)
        model, splits = task.build(), task.load()
        result = Trained(task=task, seed=seed, model=model, splits=splits, metrics={"accuracy": 0.5}, cpu_seconds=1)
        save(result, path, command="pretended")

    monkeypatch.setattr(store, "_train_apart", pretend)
    return seeds


@KERAS_SAVES
def test_a_model_is_trained_once_and_again_when_its_source_changes(
    trainings: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = trained(TASK, folder=tmp_path), trained(TASK, folder=tmp_path)
    assert trainings == [0]
    for one, two in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert second.metrics == {"accuracy": 0.5}
    trained(TASK, seed=3, folder=tmp_path)
    assert trainings == [0, 3]
    monkeypatch.setattr(store, "source_hash", lambda _: "changed")
    trained(TASK, folder=tmp_path)
    assert trainings == [0, 3, 0]


@KERAS_SAVES
def test_saving_leaves_two_whole_files_and_no_parts(trainings: list[int], tmp_path: Path) -> None:
    trained(TASK, folder=tmp_path)
    assert trainings == [0]
    assert sorted(file.suffix for file in tmp_path.iterdir()) == [".json", ".keras", ".lock"]
    record = json.loads(next(tmp_path.glob("*.json")).read_text())
    assert (record["task"], record["seed"], record["command"]) == ("mnist_cnn", 0, "pretended")
    assert record["data"]["fingerprint"] == TASK.load().fingerprint()


def test_a_model_that_cannot_be_written_leaves_nothing_under_its_name(tmp_path: Path) -> None:
    class Unwritable:
        def save(self, path: Path) -> None:
            path.write_bytes(b"half")
            raise OSError("disk full")

    path = tmp_path / "model.keras"
    result = Trained(task=TASK, seed=0, model=Unwritable(), splits=TASK.load(), metrics={}, cpu_seconds=1)
    with pytest.raises(OSError, match="disk full"):
        save(result, path, command="")
    assert [file.name for file in tmp_path.iterdir()] == ["model.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="without locks there, each worker trains")
def test_workers_that_ask_together_wait_for_one_training(tmp_path: Path) -> None:
    path, made = tmp_path / "model.keras", []

    def make() -> None:
        time.sleep(0.1)
        made.append(path)
        path.touch()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: made_once(path, make), range(4)))
    assert made == [path]


def test_a_failed_training_says_how_it_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(RuntimeError, match=r"false -m reference_models train mnist_cnn .* ended with 1"):
        trained(TASK, folder=tmp_path)


def test_command_lists_the_tasks() -> None:
    out = StringIO()
    assert main(["list"], Console(file=out, width=120)) == 0
    assert "mnist_cnn" in out.getvalue()


def test_command_refuses_an_unknown_task_before_it_loads_a_framework() -> None:
    out = StringIO()
    assert main(["train", "nope"], Console(file=out, width=120)) == 2
    assert "'nope' is none of the tasks" in out.getvalue()


def test_command_refuses_a_format_it_does_not_write(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "mnist_cnn", "--out=model.h5"], Console())
    assert "'model.h5' must end in .keras" in capsys.readouterr().err
