"""The command line of `pytest-robust`."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence

from pytest_robust import __version__
from pytest_robust.command import compare, gate, merge, show
from pytest_robust.command._files import UnusableFile
from pytest_robust.command._screen import note
from pytest_robust.core.errors import RobustError

__all__ = ["main"]

_COMMANDS = {"merge": merge, "compare": compare, "gate": gate, "show": show}
_UNUSABLE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status.

    0 lets through, 1 does not, and 2 means that there was nothing to judge: a wrong argument, or a
    file that is no saved run.

    Args:
        arguments: Of the command line; None for the process's own.
    """
    parser = ArgumentParser(
        prog="pytest-robust",
        description="Judges saved runs of pytest-robust, with the functions and the exit status of pytest.",
        epilog="exit status: 0 let through, 1 not, 2 nothing to judge",
    )
    parser.add_argument("--version", action="version", version=f"pytest-robust {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in _COMMANDS.items():
        command.add_arguments(commands.add_parser(name, help=command.HELP, description=command.HELP))
    args = parser.parse_args(arguments)
    try:
        return _COMMANDS[args.command].run(args)
    except (UnusableFile, RobustError, OSError) as error:
        note([str(error)])
        return _UNUSABLE
