"""A run that survives the end of its process: every event counts once, whenever that was."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reference_models.splits import Examples
from reference_models.streams.prequential import Run

__all__ = ["ENTRY", "logged", "run_to_the_end"]

ENTRY = np.dtype([("event", "<i8"), ("answer", "<i8")])
"""What is written down of each event, when it was answered."""


def run_to_the_end(begin: Callable[[], Run], stream: Examples, folder: Path, *, blocks: int) -> Run:
    """Take a stream to its end, from where an earlier process was when its state was last written.

    The state is replaced whole: the learner, its optimizer, the detector and the place in the stream
    are of one moment. What was answered after that moment is cut off the log, and answered again: by
    a learner that has not seen those events, so they are neither learned from nor told twice.

    Args:
        begin: Returns a run that has taken nothing yet.
        stream: All events, the same each time, as from a broker that can be asked again from a place on.
        folder: Where state and log are kept. The state is a pickle: what can write it can run code.
        blocks: After how many blocks the state is written.

    Raises:
        ValueError: The log ends before the state: it is not the log of this run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state, log = folder / "state.pickle", folder / "log.bin"
    # A pickle of this process's predecessor, in a folder of the caller's.
    run: Run = pickle.loads(state.read_bytes()) if state.exists() else begin()  # noqa: S301
    with log.open("ab") as told:
        if told.tell() < run.events * ENTRY.itemsize:
            raise ValueError(
                f"{log} holds {told.tell() // ENTRY.itemsize} events and {state} is of the moment after {run.events}; "
                "they are of different runs: give each run a folder of its own"
            )
        told.truncate(run.events * ENTRY.itemsize)
        since = 0
        while run.events < len(stream):
            begun = run.events
            block = stream[begun : begun + run.pace.every]
            _write(told.fileno(), _entries(begun, run.take(block.x, block.y)))
            since += 1
            if since == blocks or run.events == len(stream):
                # First the log, then the state: a state must never know of more than the log.
                os.fsync(told.fileno())
                _replace(state, pickle.dumps(run))
                since = 0
    return run


def logged(folder: Path) -> NDArray[np.void]:
    """Return what the log of a folder holds, in the order written."""
    path = folder / "log.bin"
    whole = path.stat().st_size // ENTRY.itemsize if path.exists() else 0
    return np.fromfile(path, dtype=ENTRY, count=whole) if whole else np.empty(0, ENTRY)


def _entries(begun: int, answers: NDArray[np.int64]) -> bytes:
    entries = np.empty(len(answers), ENTRY)
    entries["event"], entries["answer"] = np.arange(begun, begun + len(answers)), answers
    return entries.tobytes()


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _replace(path: Path, data: bytes) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    # The new name is lost with the power unless the folder is written too.
    if os.name == "posix":
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
