"""One file a task. The folder is the list: a file's name is its task's name."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from reference_models.task import Task

__all__ = ["every", "find"]


def every() -> tuple[Task, ...]:
    """Return all tasks by number."""
    files = Path(__file__).parent.glob("[!_]*.py")
    return tuple(sorted((_task(file.stem) for file in files), key=lambda task: task.number))


def find(name: str) -> Task:
    """Return the task of this name.

    Raises:
        ValueError: There is none.
    """
    names = [task.name for task in every()]
    if name not in names:
        raise ValueError(f"{name!r} is none of the tasks {names}")
    return _task(name)


def _task(name: str) -> Task:
    task = import_module(f"{__name__}.{name}").TASK
    assert isinstance(task, Task), f"tasks/{name}.py: TASK is a {type(task).__name__}"
    return task
