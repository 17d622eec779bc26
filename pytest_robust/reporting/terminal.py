"""The run as a table of plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import ClassVar

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pytest_robust.core.record import Record, Run
from pytest_robust.reporting._reporter import Reporter
from pytest_robust.reporting._summary import Summary, is_pass, slug
from pytest_robust.reporting._words import (
    UPPER_BOUND,
    count_of,
    interval_of,
    need_of,
    one_line,
    title_of,
    under_attack,
    value_of,
)

__all__ = ["Terminal"]

_HEAD = ("check", "n", "value", "need", "verdict")
_GAP = 2
_INDENT = 4
# A title needs about this much to be read; with less, it gets a line of its own.
_NARROWEST_TITLE = 18
_WIDEST_NEED, _NARROWEST_NEED = 12, 7
_STYLES = {
    "pass": "green",
    "fail": "bold red",
    "invalid": "bold magenta",
    "unknown": "bold red",
    "undecided": "yellow",
    "no-bar": "cyan",
    "not-evaluated": "bold red",
}


@dataclass(frozen=True, kw_only=True)
class Terminal(Reporter):
    """One row a check; below those that did not pass, why and what to do.

    Args:
        width: Columns, at least 20.
        colour: Colour the verdicts, by escape sequences.
        encoding: What the output can show; any other character is written as an escape.
    """

    width: int = 80
    colour: bool = False
    encoding: str = "ascii"

    suffix: ClassVar = ".txt"

    def render(self, run: Run) -> str:
        """Return the table, with notes and the tally below."""
        summary = Summary.of(run)
        lines: list[RenderableType] = list(self._rows(run))
        if under_attack(run.records):
            lines += ["", self._text(UPPER_BOUND, "dim")]
        lines.append(self._text(summary.line, _STYLES[slug(summary.decision)] if summary.decision else ""))
        return self._drawn(lines)

    def line(self, run: Run) -> str:
        """Return the one line that stands for the table where the user wants quiet."""
        return self._safe(Summary.of(run).line)

    def _rows(self, run: Run) -> Iterator[RenderableType]:
        if not run.records:
            return
        rows = [(record, self._cells(record, run)) for record in run.records]
        widths = [max(cell_len(cells[i]) for cells in (_HEAD, *(cells for _, cells in rows))) for i in range(1, 5)]
        widths[2] = min(widths[2], _WIDEST_NEED)
        left = self.width - sum(widths) - _GAP * len(widths)
        beside = left >= _NARROWEST_TITLE
        if not beside:
            lacking = max(0, _INDENT - _GAP - left)
            left, widths[2] = _INDENT - _GAP, max(_NARROWEST_NEED, widths[2] - lacking)
        left = min(left, max(cell_len(cells[0]) for _, cells in rows))
        yield _line(_HEAD if beside else ("", *_HEAD[1:]), (left, *widths), ("dim",) * 5)
        for record, (title, *numbers) in rows:
            if not beside:
                yield Text(title)
            styles = ("", "", "", "", _STYLES[slug(record.decision)])
            yield _line((title if beside else "", *numbers), (left, *widths), styles)
            yield from self._why(record)

    def _cells(self, record: Record, run: Run) -> tuple[str, str, str, str, str]:
        measured = " ".join(filter(None, [value_of(record), interval_of(record)]))
        words = (title_of(record, run), count_of(record), measured, need_of(record), record.decision)
        title, count, value, need, verdict = map(self._safe, words)
        return title, count, value, need, verdict

    def _why(self, record: Record) -> Iterator[RenderableType]:
        if is_pass(record):
            return
        if record.reason.strip():
            yield Padding(self._text(record.reason), (0, 0, 0, _INDENT))
        if record.remedy.strip():
            yield Padding(self._text(f"-> {record.remedy}"), (0, 0, 0, _INDENT))

    def _text(self, text: str, style: str = "") -> Text:
        return Text(self._safe(text), style=style, overflow="fold")

    def _safe(self, text: str) -> str:
        return one_line(text).encode(self.encoding, errors="backslashreplace").decode(self.encoding)

    def _drawn(self, parts: list[RenderableType]) -> str:
        # An empty environment: what COLUMNS, NO_COLOR and TERM ask for is the caller's to read.
        console = Console(
            file=StringIO(),
            width=max(self.width, 20),
            color_system="standard" if self.colour else None,
            force_terminal=self.colour,
            force_jupyter=False,
            legacy_windows=False,
            emoji=False,
            markup=False,
            highlight=False,
            _environ={},
        )
        with console.capture() as captured:
            for part in parts:
                console.print(part)
        return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _line(cells: tuple[str, ...], widths: tuple[int, ...], styles: tuple[str, ...]) -> Table:
    """Return one row; rows are tables of equal widths, so that text can run between them."""
    row = Table.grid(padding=(0, _GAP, 0, 0))
    for i, width in enumerate(widths):
        row.add_column(width=width, overflow="fold", justify="right" if i == 1 else "left")
    row.add_row(*(Text(cell, style=style) for cell, style in zip(cells, styles, strict=True)))
    return row
