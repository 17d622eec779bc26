"""Trained models on disk: some ship, each other is trained once, and again when what made it has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from reference_models.sources import PACKAGE, Definition, definitions, hash_of_definitions
from reference_models.splits import Splits
from reference_models.task import Family, Model, Task, Trained

__all__ = ["CACHE", "WEIGHTS", "made_once", "members", "save", "shipped_at", "source_hash", "stored_at", "trained"]

CACHE = PACKAGE.parent / ".cache" / "reference_models"
WEIGHTS = PACKAGE / "weights"


def trained(task: Task, *, seed: int = 0, folder: Path = CACHE, weights: Path = WEIGHTS) -> Trained:
    """Return the trained model of a task: the one that ships, or the one that is kept in the cache.

    The shipped one is taken where it was made by this source, from the data at hand, with this
    seed. Where there is none such, and none in the cache, a process of its own trains it, the one
    that `python -m reference_models train` starts: what makes a training repeat to the bit is
    switched on for a whole process and for good, and must not reach the tests that asked for it.

    Args:
        task: One of `reference_models.tasks`.
        seed: Everything random follows from it.
        folder: The cache.
        weights: Where shipped models lie.

    Raises:
        RuntimeError: The training failed; the message ends as its output did.
    """
    splits = task.load()
    shipped = shipped_at(task, weights=weights)
    if _ships(shipped, task, seed, splits):
        return _open(shipped, task, seed, splits)
    path = stored_at(task, seed, splits, folder=folder)
    made_once(path, lambda: _train_apart(task, seed, path))
    return _open(path, task, seed, splits)


def stored_at(task: Task, seed: int, splits: Splits, *, folder: Path = CACHE) -> Path:
    """Return the record of a trained model; its name changes with all that goes into the model."""
    parts = (source_hash(task), splits.fingerprint(), version("keras"), version("tensorflow"))
    key = blake2b(" ".join(parts).encode(), digest_size=8).hexdigest()
    return folder / f"{task.name}-seed{seed}-{key}.json"


def shipped_at(task: Task, *, weights: Path = WEIGHTS) -> Path:
    """Return the record of the model of a task that ships."""
    return weights / f"{task.name}.json"


def source_hash(task: Task) -> str:
    """Return the hash of the source that makes a task's model."""
    return hash_of_definitions(
        definitions(
            PACKAGE / "tasks" / f"{task.name}.py",
            Definition(file=PACKAGE / "task.py", name="fitted"),
            Definition(file=PACKAGE / "determinism.py", name="pin"),
        )
    )


def made_once(path: Path, make: Callable[[], None]) -> None:
    """Call `make` unless the file it makes is there; workers that ask together wait for one."""
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path.with_suffix(".lock")):
        if not path.is_file():
            make()


def save(result: Trained, path: Path, *, command: str) -> None:
    """Write a trained model, and beside it the record of what made it.

    Each file appears whole or not at all, the record last: where it is, its models are.

    Args:
        result: A trained model. It was never compiled, so no optimizer is saved with it.
        path: The record, a .json file; its folder is made. The model stands beside it as
            `<name>.keras`, of a family each member as `<name>.<member>.keras`.
        command: What was typed to train it.
    """
    models = members(result.model)
    record = {
        "task": result.task.name,
        "seed": result.seed,
        "command": command,
        "metrics": dict(result.metrics),
        "cpu_seconds": round(result.cpu_seconds, 1),
        "data": {"source": result.splits.source, "fingerprint": result.splits.fingerprint()},
        "sources": source_hash(result.task),
        "versions": {name: version(name) for name in ("keras", "numpy", "tensorflow")},
        "members": list(models),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    for member, model in models.items():
        with _replacing(_model_at(path, member)) as part:
            model.save(part)
    with _replacing(path) as part:
        part.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def members(model: Model | Family) -> dict[str, Model]:
    """Return the members of a family by name; a single model has no name."""
    return dict(model) if isinstance(model, Mapping) else {"": model}


def _model_at(record: Path, member: str) -> Path:
    return record.with_name(f"{record.stem}{member and f'.{member}'}.keras")


def _ships(record: Path, task: Task, seed: int, splits: Splits) -> bool:
    if not record.is_file():
        return False
    made = json.loads(record.read_text(encoding="utf-8"))
    made_of = (made["sources"], made["seed"], made["data"]["fingerprint"])
    return made_of == (source_hash(task), seed, splits.fingerprint())


def _open(path: Path, task: Task, seed: int, splits: Splits) -> Trained:
    import keras

    record = json.loads(path.read_text(encoding="utf-8"))
    models = {each: keras.saving.load_model(_model_at(path, each), compile=False) for each in record["members"]}
    return Trained(
        task=task,
        seed=seed,
        model=models.get("") or models,
        splits=splits,
        metrics=record["metrics"],
        cpu_seconds=record["cpu_seconds"],
    )


def _train_apart(task: Task, seed: int, path: Path) -> None:
    command = [sys.executable, "-m", "reference_models", "train", task.name, f"--seed={seed}"]
    command.append(f"--out={path.with_suffix('.keras')}")
    # Not by changing the folder: ROBUST_DATA_DIR may be relative to this one.
    path_to_import = os.pathsep.join([str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path_to_import}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    # Its status also tells whether the metrics are as expected, which is for a test to judge.
    if not path.is_file():
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Lend a path with the same suffix in the same folder, and move it into place at the end."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        part = Path(folder) / path.name
        yield part
        part.replace(path)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other process is in here; the system lets go when a process dies."""
    if sys.platform == "win32":
        yield  # Two processes may train the same model there; either file is right.
        return
    import fcntl

    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
