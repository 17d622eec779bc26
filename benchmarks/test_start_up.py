"""What pytest's start costs more with the plugin than without it."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from benchmarks.row import at_most

_PAIRS = 81
_UNSET = {"PYTHONDONTWRITEBYTECODE", "PYTEST_ADDOPTS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"}


def test_start_up_costs_next_to_nothing(tmp_path: Path, hold: Callable[..., None]) -> None:
    (tmp_path / "test_empty.py").write_text("def test_empty():\n    pass\n", encoding="utf-8")
    # Others' plugins stay out on both sides: their noise is larger than what is measured.
    others = [f"-pno:{entry.name}" for entry in entry_points(group="pytest11") if entry.name != "robust"]
    with_it = [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider", *others, "test_empty.py"]
    without = [*with_it, "-pno:robust"]
    session = _Session(tmp_path)
    assert "--robust-report" in session.output([*with_it, "--help"])
    assert "--robust-report" not in session.output([*without, "--help"])
    imported = session.imported(with_it)
    assert any("pytest_robust.plugin.settings" in name for name in imported)
    costs = []
    for turn in range(_PAIRS):
        # Who goes first alternates, so that a clock that slows down favours neither.
        runs = ((with_it, 1), (without, -1))
        costs.append(sum(sign * session.seconds(command) for command, sign in runs[:: 1 if turn % 2 else -1]))
    hold(
        at_most(
            10, "plugin start-up, an empty test", "pytest without the plugin", [1e3 * cost for cost in costs], " ms"
        ),
        at_most(
            0,
            "plugin start-up, modules of NumPy",
            "an empty test",
            [sum(name.startswith("numpy") for name in imported)],
        ),
    )


class _Session:
    """Runs of pytest in a folder, byte code compiled by the first.

    The processor's time, not the clock's: it waits for nobody on a busy machine, and start-up
    waits for nothing else.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        kept = {key: value for key, value in os.environ.items() if key not in _UNSET}
        self._environment = {
            **kept,
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        }

    def output(self, command: list[str]) -> str:
        done = subprocess.run(
            command, cwd=self._folder, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.fail(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def imported(self, command: list[str]) -> list[str]:
        trace = [command[0], "-X", "importtime", *command[1:]]
        done = subprocess.run(
            trace, cwd=self._folder, env=self._environment, capture_output=True, text=True, check=True
        )
        return [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]

    def seconds(self, command: list[str]) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.output(command)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
