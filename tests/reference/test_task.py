"""The shape of all tasks, how they are trained, and how trained models are kept."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence
from rich.console import Console

from reference_models import pages as pages_of_tasks
from reference_models import store
from reference_models.__main__ import main
from reference_models.figures import tiles
from reference_models.readme import README, with_table
from reference_models.sources import PACKAGE, Definition, definitions, hash_of_definitions
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
    assert all(task.expected and task.purpose and task.asserted and task.cpu_seconds > 0 for task in every())


def test_every_task_has_a_test_with_the_plugin() -> None:
    for task in every():
        text = Path(__file__).with_name(f"test_{task.name}.py").read_text(encoding="utf-8")
        assert f"from reference_models.tasks.{task.name} import" in text
        assert "(robust" in text


def test_an_unknown_task_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'mnist' is none of the tasks \[.*'mnist_cnn'"):
        find("mnist")


def test_readme_lists_the_tasks_as_they_are() -> None:
    text = README.read_text(encoding="utf-8")
    assert "reference_models/mnist_cnn.md" in text
    assert text == with_table(text), "run `python -m reference_models.readme`"


def test_each_task_has_its_page_and_the_pages_are_as_the_tasks_are() -> None:
    again = "run `python -m reference_models.pages`"
    pages = {"index": pages_of_tasks.index(every()), **{task.name: pages_of_tasks.page(task) for task in every()}}
    assert {path.stem for path in pages_of_tasks.FOLDER.glob("*.md")} == set(pages)
    for name, text in pages.items():
        assert (pages_of_tasks.FOLDER / f"{name}.md").read_text(encoding="utf-8") == text, f"{name}: {again}"


def test_each_figure_of_the_pages_is_drawn_by_this_source_from_what_ships() -> None:
    drawn = json.loads(pages_of_tasks.STAMPS.read_text(encoding="utf-8"))
    wanted = {name: each for task in every() for name, each in pages_of_tasks.stamps(task).items()}
    assert drawn == wanted, "run `python -m reference_models.pages`"
    assert {path.stem for path in (pages_of_tasks.FOLDER / "images").glob("*.webp")} == set(wanted)
    for name in wanted:
        with Image.open(pages_of_tasks.FOLDER / "images" / f"{name}.webp") as picture:
            assert min(picture.size) > 200


def test_moving_pictures_show_a_training_from_noise_to_digits() -> None:
    for name in pages_of_tasks.FILMED:
        path = pages_of_tasks.FOLDER / "images" / f"{name}_training.webp"
        assert path.stat().st_size < 1_000_000
        with Image.open(path) as film:
            frames = [np.asarray(each.convert("L"), np.float64) for each in ImageSequence.Iterator(film)]
        changes = [np.abs(one - other).mean() for one, other in itertools.pairwise(frames)]
        assert len(frames) >= 20
        # It comes to rest.
        assert np.mean(changes[:5]) > 3 * np.mean(changes[-5:]) > 0


def test_a_page_says_what_its_test_says() -> None:
    text = pages_of_tasks.page(TASK)
    assert "- it reads digits it has not seen\n" in text
    assert "| accuracy | 0.981 | 0.978 ± 0.013 |" in text


def test_a_figure_that_does_not_say_what_it_draws_is_refused() -> None:
    def undescribed(result: Trained) -> Any:
        """Return something."""

    with pytest.raises(ValueError, match=r"its figure begins with 'Return something.'; write 'Draw ...'"):
        pages_of_tasks.page(replace(TASK, figure=undescribed))


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


TASK_FILE = """
from models.data import digits, letters
from models.nets import network
from models.task import Task

def double(model):
    return network(model)

def measure(model):
    return model

TASK = Task(name="task", load=letters.load, build=lambda: double(2), fit=digits.fit, measure=measure)
"""
NETS = """
import keras

WIDTH = 8

def network(x: Unused):
    \"\"\"Say something.\"\"\"
    return x + WIDTH  # wide

def other():
    return 1

class Unused:
    pass
"""
DIGITS = """
def load():
    return 3

def fit():
    from models.nets import other
    return other()

def load_more():
    return 2
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a package with one task, whose files define more than it uses."""
    folder = tmp_path / "models"
    (folder / "data").mkdir(parents=True)
    for name, text in {
        "__init__.py": "",
        "data/__init__.py": "",
        "data/digits.py": DIGITS,
        "data/letters.py": DIGITS,
        "nets.py": NETS,
        "task.py": TASK_FILE,
    }.items():
        (folder / name).write_text(text)
    return folder


def found(package: Path) -> tuple[Definition, ...]:
    return definitions(package / "task.py", package=package)


def test_definitions_of_a_task_are_what_its_model_is_made_of_through_any_file(package: Path) -> None:
    assert {(each.file.name, each.name) for each in found(package)} == {
        ("digits.py", "fit"),
        ("nets.py", "WIDTH"),
        ("nets.py", "network"),
        ("nets.py", "other"),
        ("task.py", "TASK.build"),
        ("task.py", "TASK.fit"),
        ("task.py", "double"),
    }


def test_definitions_of_a_real_task_hold_its_architecture_and_fit_and_not_how_its_data_are_found() -> None:
    names = {(each.file.name, each.name) for each in definitions(PACKAGE / "tasks" / "mnist_cnn.py")}
    held = {
        ("architectures.py", "mnist_cnn"),
    }
    assert (
        held | {("supervised.py", "Supervised"), ("mnist_cnn.py", "small_moves"), ("mnist_cnn.py", "TASK.fit")} <= names
    )
    assert not {"__main__.py", "readme.py", "store.py", "accuracy.py", "mnist.py"} & {file for file, _ in names}, (
        "these change no model that the fingerprint of its data would not change with"
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        ("nets.py", "x + WIDTH", "x - WIDTH", True),
        ("nets.py", "WIDTH = 8", "WIDTH = 9", True),
        ("nets.py", "return 1", "return 3", True),
        ("task.py", "double(2)", "double(3)", True),
        ("task.py", "return network(model)", "return network(network(model))", True),
        ("nets.py", "    return x + WIDTH", "    if x:\n        x = 1\n    return x + WIDTH", True),
        ("nets.py", "# wide", "# narrow", False),
        ("nets.py", "Say something", "Say more", False),
        ("nets.py", "    return x + WIDTH", "\n    return (\n        x + WIDTH)", True),  # Brackets are tokens.
        ("nets.py", "    return x", "\n\n    return  x", False),
        ("nets.py", "    pass", "    wide = 3", False),
        ("nets.py", "def network(", "if WIDTH:\n    pass\n\n\ndef network(", False),
        ("task.py", "return model", "return 1", False),
        ("digits.py", "return 2", "return 4", False),
        ("digits.py", "return other()", "return 4", True),
        ("letters.py", "return 3", "return 4", False),  # What it returns has a fingerprint of its own.
        ("letters.py", "return other()", "return 4", False),
    ],
)
def test_hash_changes_with_what_a_model_is_made_of_and_with_nothing_else(
    package: Path, file: str, old: str, new: str, changes: bool
) -> None:
    before = hash_of_definitions(found(package))
    assert hash_of_definitions(found(package)) == before
    (path,) = package.rglob(file)
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    assert (hash_of_definitions(found(package)) != before) is changes


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
    first, second = trained(TASK, folder=tmp_path, weights=tmp_path), trained(TASK, folder=tmp_path, weights=tmp_path)
    assert trainings == [0]
    for one, two in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert second.metrics == {"accuracy": 0.5}
    trained(TASK, seed=3, folder=tmp_path, weights=tmp_path)
    assert trainings == [0, 3]
    monkeypatch.setattr(store, "source_hash", lambda _: "changed")
    trained(TASK, folder=tmp_path, weights=tmp_path)
    assert trainings == [0, 3, 0]


@KERAS_SAVES
def test_what_ships_is_taken_for_its_seed_and_source_and_data(
    trainings: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, splits = TASK.build(), TASK.load()
    made = Trained(task=TASK, seed=0, model=model, splits=splits, metrics={"accuracy": 0.7}, cpu_seconds=1)
    save(made, store.shipped_at(TASK, weights=tmp_path), command="shipped")
    taken = trained(TASK, folder=tmp_path / "cache", weights=tmp_path)
    assert (trainings, taken.metrics) == ([], {"accuracy": 0.7})
    for one, two in zip(model.get_weights(), taken.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert trained(TASK, seed=1, folder=tmp_path / "cache", weights=tmp_path).metrics == {"accuracy": 0.5}
    monkeypatch.setattr(store, "source_hash", lambda _: "changed")
    trained(TASK, folder=tmp_path / "cache", weights=tmp_path)
    assert trainings == [1, 0]


@KERAS_SAVES
def test_a_family_is_kept_member_by_member(tmp_path: Path) -> None:
    family = {"plain": TASK.build(), "other": TASK.build()}
    made = Trained(task=TASK, seed=0, model=family, splits=TASK.load(), metrics={}, cpu_seconds=1)
    save(made, store.shipped_at(TASK, weights=tmp_path), command="")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "mnist_cnn.json",
        "mnist_cnn.other.keras",
        "mnist_cnn.plain.keras",
    ]
    taken = trained(TASK, weights=tmp_path).model
    assert list(taken) == ["plain", "other"]
    for name, model in family.items():
        for one, two in zip(model.get_weights(), taken[name].get_weights(), strict=True):
            np.testing.assert_array_equal(one, two)


@KERAS_SAVES
def test_saving_leaves_two_whole_files_and_no_parts(trainings: list[int], tmp_path: Path) -> None:
    trained(TASK, folder=tmp_path, weights=tmp_path)
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

    path = tmp_path / "model.json"
    result = Trained(task=TASK, seed=0, model=Unwritable(), splits=TASK.load(), metrics={}, cpu_seconds=1)
    with pytest.raises(OSError, match="disk full"):
        save(result, path, command="")
    assert list(tmp_path.iterdir()) == []


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
        trained(TASK, folder=tmp_path, weights=tmp_path)


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


def test_command_draws_a_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = replace(TASK, figure=lambda result: tiles([(result.task.name, [(np.zeros((4, 4)), "black")])]))
    monkeypatch.setattr("reference_models.__main__.find", lambda _: drawn)
    monkeypatch.setattr("reference_models.__main__.pin", lambda: None)
    monkeypatch.setattr("reference_models.__main__.trained", lambda task: SimpleNamespace(task=task))
    out = StringIO()
    picture = tmp_path / "new" / "digits.png"
    assert main(["draw", "mnist_cnn", f"--out={picture}"], Console(file=out, width=200)) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert f"drawn: {picture}" in out.getvalue()


def test_command_saves_what_a_generator_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reference_models.__main__.pin", lambda: None)
    out = StringIO()
    for seed in (0, 1):
        folder = f"--out={tmp_path / str(seed)}"
        assert main(["sample", "gan_digits", "--count=12", f"--seed={seed}", folder], Console(file=out, width=200)) == 0
        assert {path.name for path in (tmp_path / str(seed)).iterdir()} == {
            "grid.png",
            *(f"{each:04d}.png" for each in range(12)),
        }
    with Image.open(tmp_path / "0" / "grid.png") as grid, Image.open(tmp_path / "0" / "0003.png") as one:
        assert (grid.size, one.size) == ((10 * 30 - 2, 2 * 30 - 2), (28, 28))
        assert np.ptp(np.asarray(one)) > 200
    assert (tmp_path / "0" / "grid.png").read_bytes() != (tmp_path / "1" / "grid.png").read_bytes()
    assert f"saved: {tmp_path / '0' / 'grid.png'}, and 12 files beside it" in out.getvalue()


@pytest.mark.parametrize("command", ["sample", "animate"])
def test_command_refuses_images_of_a_task_that_makes_none(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reference_models.__main__.pin", lambda: None)
    out = StringIO()
    assert main([command, "mnist_cnn"], Console(file=out, width=120)) == 2
    assert "mnist_cnn makes no images; gan_color and gan_digits do" in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["animate", "gan_digits", "--out=digits.png"], "'digits.png' must end in .gif or .webp"),
        (["sample", "gan_digits", "--count=0"], "'0' must be a whole number, 1 or more"),
        (["sample", "gan_digits", "--seed=-1"], "'-1' must be a whole number, 0 or more"),
    ],
)
def test_command_refuses_what_it_cannot_save(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments, Console())
    assert message in capsys.readouterr().err


def test_command_saves_a_training_as_moving_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr("reference_models.__main__.pin", lambda: None)
    monkeypatch.setattr(
        "reference_models.gan.animation.animate", lambda task, path, *, seed: told.append((task.name, path, seed))
    )
    film = tmp_path / "digits.webp"
    out = StringIO()
    assert main(["animate", "gan_digits", "--seed=3", f"--out={film}"], Console(file=out, width=200)) == 0
    assert told == [("gan_digits", film, 3)]
    assert f"saved: {film}" in out.getvalue()


def test_command_refuses_a_picture_in_a_format_it_does_not_write(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["draw", "mnist_cnn", "--out=digits.bmp"], Console())
    assert "'digits.bmp' must end in .png or .svg" in capsys.readouterr().err
