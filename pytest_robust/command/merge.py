"""`pytest-robust merge`: saved runs of one release as one."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from pytest_robust.command._files import read_runs
from pytest_robust.command._screen import note
from pytest_robust.reporting import Json, Summary, write

__all__ = ["HELP", "add_arguments", "run"]

HELP = "put the saved runs of shards and matrix jobs together, as if they had been one session"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN.json", help="saved runs: --robust-output=json:FILE")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="the run that they make")


def run(args: Namespace) -> int:
    """Write the merged run, and return the exit status.

    Raises:
        UnusableFile: A file is no saved run, or they do not fit together.
        OSError: The merged run cannot be written.
    """
    merged = read_runs(args.runs)
    write(args.output, Json().render(merged.run))
    note(f"not the same everywhere: {line}" for line in merged.differences)
    note([f"wrote {args.output}: {Summary.of(merged.run).tally}, of {len(args.runs)} files"])
    if not merged.run.complete:
        note(["one of the runs did not come to its end, so this one did not: it will not pass a gate"])
    return 0 if merged.run.complete else 1
