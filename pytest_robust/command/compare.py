"""`pytest-robust compare`: a saved run beside an earlier one."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from pytest_robust.command._files import margin, read_old, read_run
from pytest_robust.command._judged import judged
from pytest_robust.command._screen import terminal

__all__ = ["HELP", "add_arguments", "run"]

HELP = "hold a saved run to an earlier one, or to a baseline, and print each check"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("old", type=Path, metavar="OLD.json", help="a saved run or a baseline")
    parser.add_argument("new", type=Path, metavar="NEW.json", help="the saved run that is held to it")
    parser.add_argument("--margin", type=margin, default=0.0, metavar="M", help="the largest drop allowed (default: 0)")


def run(args: Namespace) -> int:
    """Print the comparison, and return the exit status.

    Raises:
        UnusableFile: A file is no saved run.
    """
    told = judged(
        read_run(args.new),
        read_old(args.old),
        source=args.old.name,
        margin=args.margin,
        waive=(),
        refresh=f"pytest-robust gate --save-baseline FILE {args.new}",
    ).gate
    assert told is not None
    sys.stdout.write(terminal().gate(told))
    return 0 if told.passed else 1
