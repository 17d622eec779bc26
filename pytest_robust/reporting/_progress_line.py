"""How far a check has got, on one line."""

from __future__ import annotations

from io import StringIO
from math import ceil

from rich.cells import cell_len
from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table

from pytest_robust.core.progress import Progress
from pytest_robust.reporting._words import count, number, shortened

__all__ = ["progress_line"]

# ASCII, which every terminal can show.
_SPINNER = "|/-\\"
_TURNS_A_SECOND = 5
_SHORTEST_BAR, _LONGEST_BAR = 10, 30
# With less, a title says nothing.
_NARROWEST_TITLE = 12
_GAP = 1


def progress_line(
    title: str,
    progress: Progress | None,
    *,
    elapsed: float,
    left: float | None,
    width: int,
    colour: bool,
    encoding: str,
) -> str:
    """Return examples decided, robust so far and time left, at most `width` cells wide.

    Args:
        title: What is measured; gives way where the line is narrow.
        progress: How far it has got; None where no example was looked at. Facts give way from the last.
        elapsed: Seconds since the check began.
        left: Seconds it may still take; None where there is no telling.
        width: Columns.
        colour: Colour the bar, by escape sequences.
        encoding: What the output can show.

    Examples:
        >>> half = Progress(decided=50, total=100, robust=0.9, may_stop=True)
        >>> progress_line("accuracy", half, elapsed=8, left=8, width=80, colour=False, encoding="ascii")
        '| accuracy -------        50/100 decided, 0.900 robust so far, at most 0:08 left'
    """
    facts = _facts(progress, elapsed, left, room=width - 1 - _GAP)
    room = width - 1 - cell_len(facts) - 2 * _GAP
    told = _fitting(title, room - _SHORTEST_BAR - _GAP, encoding)
    room -= cell_len(told) + _GAP if told else 0
    line = Table.grid(padding=(0, _GAP, 0, 0))
    cells: list[str | ProgressBar] = [_SPINNER[int(elapsed * _TURNS_A_SECOND) % len(_SPINNER)]]
    cells += [told] if told else []
    if progress is not None and progress.total and room >= _SHORTEST_BAR:
        # Not rich's own red, which would say that something failed.
        bar = ProgressBar(progress.total, progress.decided, width=min(room, _LONGEST_BAR), complete_style="cyan")
        cells.append(bar)
    cells += [facts] if facts else []
    for _ in cells:
        line.add_column(no_wrap=True)
    line.add_row(*cells)
    console = Console(
        file=_Encoded(encoding),
        width=width,
        color_system="standard" if colour else None,
        force_terminal=colour,
        force_jupyter=False,
        legacy_windows=False,
        emoji=False,
        markup=False,
        highlight=False,
        _environ={},
    )
    with console.capture() as captured:
        console.print(line, end="", crop=True)
    return captured.get().rstrip()


class _Encoded(StringIO):
    """Tells the console what can be shown, so that its bar is of such characters."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]  # of a string there is none
        return self._encoding


def _facts(progress: Progress | None, elapsed: float, left: float | None, *, room: int) -> str:
    facts = []
    if progress is not None:
        facts.append(f"{count(progress.decided)}/{count(progress.total)} decided")
        if progress.robust is not None:
            facts.append(f"{number(progress.robust)} robust so far")
    if progress is None or left is None:
        facts.append(f"{_clock(elapsed)} elapsed")
    else:
        facts.append(f"{'at most ' if progress.may_stop else ''}{_clock(ceil(left))} left")
    while facts and len(", ".join(facts)) > room:
        facts.pop()
    return ", ".join(facts)


def _fitting(title: str, room: int, encoding: str) -> str:
    plain = title.encode(encoding, errors="backslashreplace").decode(encoding)
    return shortened(plain, room) if room >= _NARROWEST_TITLE or room >= cell_len(plain) else ""


def _clock(seconds: float) -> str:
    """Return a time as minutes and seconds, or hours, minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
