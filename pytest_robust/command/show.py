"""`pytest-robust show`: saved runs as tables, or their history as sparklines."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from pytest_robust.command._files import UnusableFile, read_run
from pytest_robust.command._screen import encoding, note, terminal, width
from pytest_robust.core.verdict import Decision
from pytest_robust.reporting import Summary, history, read_runs, sparklines

__all__ = ["HELP", "add_arguments", "run"]

HELP = "print saved runs as tables, or a folder of them as sparklines"
_FOLDER = Path(".robust/runs")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN.json", help="saved runs, or with --history a folder")
    parser.add_argument(
        "--history",
        action="store_true",
        help=f"draw each check over all runs that --robust-report kept (default folder: {_FOLDER})",
    )


def run(args: Namespace) -> int:
    """Print the runs, and return 0 if all of them passed.

    Raises:
        UnusableFile: There is nothing to show.
    """
    return _history(args.runs) if args.history else _tables(args.runs)


def _tables(paths: list[Path]) -> int:
    if not paths:
        raise UnusableFile("show which run? give the path of a saved one, such as .robust/report.json, or --history")
    passed = True
    for path in paths:
        found = read_run(path)
        summary, screen = Summary.of(found), terminal()
        head = f"{path}: {summary.headline}\n" if len(paths) > 1 else ""
        sys.stdout.write(head + screen.render(found))
        if found.gate is not None:
            sys.stdout.write(screen.gate(found.gate))
        failed = found.ran.failed if found.ran is not None else ()
        note(f"{path}: a test failed: {test}" for test in failed)
        passed = passed and summary.decision == Decision.PASS.value and not failed
    return 0 if passed else 1


def _history(folders: list[Path]) -> int:
    if len(folders) > 1:
        raise UnusableFile(f"--history draws one folder, not {len(folders)}; give one, or none for {_FOLDER}")
    folder = folders[0] if folders else _FOLDER
    found = read_runs(folder)
    if not found.runs and not found.unread:
        raise UnusableFile(f"{folder}: there is no run in it; each pytest --robust-report adds one")
    sys.stdout.write(sparklines(history(found.runs), width=width(), encoding=encoding()))
    if found.unread:
        raise UnusableFile("; ".join(found.unread))
    return 0
