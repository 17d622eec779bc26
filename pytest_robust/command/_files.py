"""Saved runs and baselines, as the command line names them."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path

from pytest_robust.core.baseline import Baseline
from pytest_robust.core.errors import InvalidBaseline, InvalidReport
from pytest_robust.core.record import Run
from pytest_robust.gates.merge import Merged, Saved, merge

__all__ = ["UnusableFile", "margin", "read_baseline", "read_old", "read_run", "read_runs"]


class UnusableFile(Exception):
    """A file that cannot be judged; the message names it, what is wrong, and what to do."""


def margin(text: str) -> float:
    """Return the largest drop allowed.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    # A margin of 1 would let a share fall from all to none.
    if not 0 <= value < 1:
        raise ArgumentTypeError(f"{text!r}: a margin is at least 0 and below 1; one point of a hundred is 0.01")
    return value


def read_run(path: Path) -> Run:
    """Return a saved run.

    Raises:
        UnusableFile: It is none.
    """
    try:
        return Run.from_json(_text(path))
    except InvalidReport as error:
        raise UnusableFile(f"{path}: {error}") from None


def read_runs(paths: Sequence[Path]) -> Merged:
    """Return several saved runs as one.

    Raises:
        UnusableFile: One is none, or they do not fit together.
    """
    try:
        return merge([Saved(source=str(path), run=read_run(path)) for path in paths])
    except InvalidReport as error:
        raise UnusableFile(str(error)) from None


def read_baseline(path: Path) -> Baseline:
    """Return what --robust-save-baseline or --save-baseline wrote.

    Raises:
        UnusableFile: It is no baseline.
    """
    try:
        return Baseline.from_json(_text(path))
    except InvalidBaseline as error:
        raise UnusableFile(f"{path}: {error}") from None


def read_old(path: Path) -> Baseline:
    """Return what to compare with, of a baseline or of a saved run.

    Raises:
        UnusableFile: It is neither, or too little of a run to compare with.
    """
    text = _text(path)
    try:
        return Baseline.from_json(text)
    except InvalidBaseline as error:
        if '"pytest-robust baseline"' in text:
            raise UnusableFile(f"{path}: {error}") from None
    run = read_run(path)
    if not run.complete:
        raise UnusableFile(f"{path}: the run did not come to its end, so nothing can be held to it; run it again")
    baseline = Baseline.of(run, commit="", accepted="", scores=True)
    if not baseline.checks:
        raise UnusableFile(f"{path}: it holds no check, so nothing can be held to it; run the tests again")
    return baseline


def _text(path: Path) -> str:
    try:
        # Bytes that are no text come out as some other file, not as an error of their own.
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read: {error.strerror}; give the path of a saved run") from None
