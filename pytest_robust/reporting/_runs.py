"""The runs there have been, a small file each: `.robust/runs/NNNN_<name>.json`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_robust.core.errors import InvalidReport
from pytest_robust.core.record import Run
from pytest_robust.reporting._write import make_folder, write

__all__ = ["History", "keep_run", "read_runs"]

_FILE = re.compile(r"(?P<number>\d{4,})_.*\.json")
_LONGEST = 60
_SAFE = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True, kw_only=True)
class History:
    """The runs of a folder.

    Args:
        runs: Those that could be read, the earliest first, each with its name.
        unread: A line for each file that could not.
    """

    runs: tuple[Run, ...] = ()
    unread: tuple[str, ...] = ()


def keep_run(folder: Path, run: Run, *, name: str) -> Path:
    """Add a run to a folder, numbered on from the largest, and return its file.

    The scores of examples, their pictures and texts, figures, and the list of tests are left out: a check then
    takes about a kilobyte. A file that is there is never written over, also where two sessions end at once.

    Args:
        folder: Made where there is none.
        run: What was measured.
        name: What it is called; what a file's name cannot hold becomes a hyphen.

    Raises:
        OSError: It cannot be written.
    """
    # What starts with a dot is hidden, and one with a slash is elsewhere.
    safe = _SAFE.sub("-", name)[:_LONGEST].strip("-.") or "run"
    slim = _slim(replace(run, name=safe))
    make_folder(folder)
    number = max(_numbers(folder), default=0)
    while True:
        number += 1
        path = folder / f"{number:04}_{safe}.json"
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        if sum(other == number for other in _numbers(folder)) > 1:
            # Another session that ends at this moment took the number, under another name.
            path.unlink()
            continue
        try:
            write(path, slim.to_json() + "\n")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path


def _slim(run: Run) -> Run:
    """Return the run without what each example came to, what was drawn, and which tests there were."""
    return replace(
        run,
        ran=None,
        figures=(),
        records=tuple(replace(one, scores=None, groups=None, piece=None, examples=()) for one in run.records),
        gate=None
        if run.gate is None
        else replace(run.gate, checks=tuple(replace(one, broken=(), fixed=()) for one in run.gate.checks)),
    )


def read_runs(folder: Path, *, last: int | None = None) -> History:
    """Return the runs of a folder, in the order of their numbers.

    Args:
        folder: What `keep_run` wrote to.
        last: How many of the latest files are read, at least 1; None for all.
    """
    runs, unread = [], []
    for path in sorted(folder.glob("*.json"), key=_place)[-last if last else None :]:
        try:
            runs.append(Run.from_json(path.read_text(encoding="utf-8", errors="replace")))
        except (OSError, InvalidReport) as error:
            unread.append(f"{path}: {error}")
    return History(runs=tuple(runs), unread=tuple(unread))


def _place(path: Path) -> tuple[int, str]:
    found = _FILE.fullmatch(path.name)
    return (int(found["number"]) if found else 0, path.name)


def _numbers(folder: Path) -> Iterator[int]:
    return (int(found["number"]) for path in folder.iterdir() if (found := _FILE.fullmatch(path.name)))
