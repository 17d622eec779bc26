"""Where the command prints to."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable

from pytest_robust.reporting import Terminal

__all__ = ["encoding", "note", "terminal", "width"]


def width() -> int:
    """Return the columns there are."""
    return shutil.get_terminal_size().columns


def encoding() -> str:
    """Return what the output can show."""
    return getattr(sys.stdout, "encoding", None) or "ascii"


def terminal() -> Terminal:
    """Return what draws tables for the output there is."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return Terminal(width=width(), colour=colour, encoding=encoding())


def note(lines: Iterable[str]) -> None:
    """Print lines beside the result, where a pipe does not take them."""
    for line in lines:
        safe = line.encode(sys.stderr.encoding or "ascii", errors="backslashreplace")
        sys.stderr.write(f"pytest-robust: {safe.decode(sys.stderr.encoding or 'ascii')}\n")
