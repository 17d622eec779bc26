"""The run as a table of plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from math import inf
from typing import ClassVar

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pytest_robust.core.gated import Gated, GateDecision
from pytest_robust.core.planned import Planned
from pytest_robust.core.record import Record, Run
from pytest_robust.core.verdict import Decision
from pytest_robust.reporting._gate_words import change_of, gate_headline, told_first
from pytest_robust.reporting._plan_table import plan_lines
from pytest_robust.reporting._reporter import Reporter
from pytest_robust.reporting._summary import Summary, is_pass, slug
from pytest_robust.reporting._words import (
    UPPER_BOUND,
    broken_by_of,
    cost_of,
    count,
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
_COST = ("queries", "gradients")
_COUNTS = {"n", *_COST}
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
    "shard": "cyan",
    "not-evaluated": "bold red",
}


@dataclass(frozen=True, kw_only=True)
class Terminal(Reporter):
    """One row a check; below those that did not pass, why and what to do; below ensembles, who broke what.

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

    def gate(self, gated: Gated, *, quiet: bool = False) -> str:
        """Return a line for each check beside its baseline, what blocks the release first, then what it comes to.

        Args:
            gated: What the gate made of the run.
            quiet: The last line alone.
        """
        lines: list[RenderableType] = []
        for check in () if quiet else told_first(gated):
            style = "green" if check.lets_through else "bold red"
            row = Text.assemble((f"{check.decision:<9} ", style), self._safe(f"{check.check} {change_of(check)}"))
            row.overflow = "fold"
            lines.append(row)
            plain = check.decision in {GateDecision.PASS.value, GateDecision.NEW.value}
            told = () if plain else (check.reason, check.remedy and f"-> {check.remedy}")
            lines += [Padding(self._text(text), (0, 0, 0, _INDENT)) for text in told if text]
        lines.append(self._text(gate_headline(gated), "green" if gated.passed else "bold red"))
        return self._drawn(lines)

    def plan(self, plan: Sequence[Planned], *, lacking: Sequence[str] = (), budget: float = inf) -> str:
        """Return what checks would cost and could tell.

        Args:
            plan: The checks.
            lacking: What the plan does not know, a sentence each.
            budget: Seconds that the session would have.
        """
        lines = plan_lines(plan, width=max(self.width, 20), lacking=lacking, budget=budget)
        return self._drawn([Text(self._shown(line), overflow="fold") for line in lines])

    def _rows(self, run: Run) -> Iterator[RenderableType]:
        if not run.records:
            return
        head: tuple[str, ...] = (*_HEAD[:-1], *_COST, _HEAD[-1])
        rows = [(record, self._cells(record, run)) for record in run.records]
        widths, left = self._widths([head, *(cells for _, cells in rows)])
        longest = max(cell_len(cells[0]) for _, cells in rows)
        # The cost gets columns where they take no line from a title; else it stands below rows.
        roomy = left >= longest and under_attack(run.records)
        if not roomy:
            head = _HEAD
            rows = [(record, (*cells[:4], cells[-1])) for record, cells in rows]
            widths, left = self._widths([head, *(cells for _, cells in rows)])
        beside = roomy or left >= _NARROWEST_TITLE
        if not beside:
            lacking = max(0, _INDENT - _GAP - left)
            left, widths[2] = _INDENT - _GAP, max(_NARROWEST_NEED, widths[2] - lacking)
        left = min(left, longest)
        columns = [(width, name in _COUNTS) for name, width in zip(head, (left, *widths), strict=True)]
        yield _line(head if beside else ("", *head[1:]), columns, ("dim",) * len(head))
        for record, (title, *numbers) in rows:
            if not beside:
                yield Text(title)
            styles = ("",) * len(numbers) + (_STYLES[slug(record.decision)],)
            yield _line((title if beside else "", *numbers), columns, styles)
            for text in self._below(record, cost=not roomy):
                yield Padding(self._text(text), (0, 0, 0, _INDENT))

    def _widths(self, rows: list[tuple[str, ...]]) -> tuple[list[int], int]:
        """Return the widths of all columns but the title's, and what they leave for it."""
        widths = [max(map(cell_len, column)) for column in list(zip(*rows, strict=True))[1:]]
        widths[2] = min(widths[2], _WIDEST_NEED)
        return widths, self.width - sum(widths) - _GAP * len(widths)

    def _cells(self, record: Record, run: Run) -> tuple[str, ...]:
        measured = " ".join(filter(None, [value_of(record), interval_of(record)]))
        cost = (count(record.queries), count(record.gradients))
        words = (title_of(record, run), count_of(record), measured, need_of(record), *cost, record.decision)
        return tuple(map(self._safe, words))

    def _below(self, record: Record, *, cost: bool) -> Iterator[str]:
        # A number that was asked for without a bar has its whole story in its row.
        plain = (
            is_pass(record)
            or record.decision == Decision.SHARD.value
            or (record.decision == Decision.NO_BAR.value and not record.remedy.strip())
        )
        why = () if plain else (record.reason, record.remedy.strip() and f"-> {record.remedy}")
        told = [line for line in (*why, broken_by_of(record)) if line.strip()]
        yield from told
        # Beside something else only: passes under a single attack keep to one line each.
        if told and cost and under_attack([record]) and cost_of(record):
            yield f"cost: {cost_of(record)}"

    def _text(self, text: str, style: str = "") -> Text:
        return Text(self._safe(text), style=style, overflow="fold")

    def _safe(self, text: str) -> str:
        return self._shown(one_line(text))

    def _shown(self, line: str) -> str:
        return line.encode(self.encoding, errors="backslashreplace").decode(self.encoding)

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


def _line(cells: tuple[str, ...], columns: list[tuple[int, bool]], styles: tuple[str, ...]) -> Table:
    """Return one row; rows are tables of equal widths, so that text can run between them."""
    row = Table.grid(padding=(0, _GAP, 0, 0))
    for width, counts in columns:
        row.add_column(width=width, overflow="fold", justify="right" if counts else "left")
    row.add_row(*(Text(cell, style=style) for cell, style in zip(cells, styles, strict=True)))
    return row
