"""The run as Markdown, short enough for a comment on a pull request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import ClassVar

from pytest_robust.core.record import Record, Run
from pytest_robust.reporting._reporter import Reporter
from pytest_robust.reporting._summary import Summary, is_pass, worst_first
from pytest_robust.reporting._words import (
    UPPER_BOUND,
    broken_by_of,
    count,
    count_of,
    example_of,
    interval_of,
    need_of,
    one_line,
    settings_of,
    shortened,
    title_of,
    under_attack,
    value_of,
)

__all__ = ["Md"]

# With the lines around them, 40 in all.
_MOST_ROWS = 30
_MOST_EXAMPLES = 3
_MOST_BLOCKING = 8
_LONGEST_TITLE = 120
_LONGEST_REASON = 240


@dataclass(frozen=True)
class Md(Reporter):
    """A verdict, one table and the worst examples, in at most 40 lines."""

    suffix: ClassVar = ".md"

    def render(self, run: Run) -> str:
        """Return the run as Markdown."""
        summary = Summary.of(run)
        gate = _gate(run)
        most = _MOST_ROWS - (len(gate) + 1 if gate else 0)
        blocks = [
            [f"**Robustness {_plain(summary.headline)}**"],
            gate,
            _table(run, most),
            _examples(run),
            [_footer(run, summary)],
        ]
        return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _gate(run: Run) -> list[str]:
    if run.gate is None:
        return []
    blocking = run.gate.blocking
    shown = blocking if len(blocking) <= _MOST_BLOCKING else blocking[: _MOST_BLOCKING - 1]
    lines = [
        f"- **{_plain(check.decision)}** {_plain(shortened(check.check, _LONGEST_TITLE))}: "
        f"{_plain(shortened(check.reason, _LONGEST_REASON))}"
        for check in shown
    ]
    rest = len(blocking) - len(shown)
    return lines + ([f"- and {rest} more that block the release"] if rest else [])


def _table(run: Run, most: int) -> list[str]:
    if not run.records:
        return []
    shown = run.records if len(run.records) <= most else tuple(worst_first(run.records)[: most - 1])
    head = ["| check | n | value | need | queries + gradients | verdict |", "|:--|--:|:--|:--|--:|:--|"]
    rows = [_row(record, run) for record in shown]
    if len(shown) < len(run.records):
        rest = Run(created="", tool="", records=tuple(worst_first(run.records)[most - 1 :]))
        rows.append(f"| and {_plain(Summary.of(rest).tally)} | | | | | |")
    return head + rows


def _row(record: Record, run: Run) -> str:
    why = "" if is_pass(record) else shortened("; ".join(filter(None, [record.reason, record.remedy])), _LONGEST_REASON)
    beside = "; ".join(filter(None, [why, shortened(broken_by_of(record), _LONGEST_REASON)]))
    verdict = f"**{_plain(record.decision)}**" + (f": {_plain(beside)}" if beside else "")
    measured = " ".join(filter(None, [value_of(record), interval_of(record)]))
    title = shortened(title_of(record, run), _LONGEST_TITLE)
    need = shortened(need_of(record), _LONGEST_TITLE)
    asked = count(record.queries) + (f" + {count(record.gradients)}" if record.gradients else "")
    cells = (_plain(title), count_of(record), _plain(measured), _plain(need), asked, verdict)
    return f"| {' | '.join(cells)} |"


def _examples(run: Run) -> list[str]:
    broken = [(record, example) for record in worst_first(run.records) for example in record.examples[:1]]
    return [
        f"- {_plain(shortened(title_of(record, run), _LONGEST_TITLE))}: "
        f"{_plain(shortened(example_of(example), _LONGEST_REASON))}"
        for record, example in broken[:_MOST_EXAMPLES]
    ]


def _footer(run: Run, summary: Summary) -> str:
    sentences = [
        f"{summary.tally}.",
        UPPER_BOUND if under_attack(run.records) else "",
        f"{settings_of(run)}." if run.settings else "",
        f"{run.tool}, {run.created}",
    ]
    return f"<sub>{_plain(' '.join(filter(None, sentences)))}</sub>"


def _plain(text: str) -> str:
    """Return text that no reader of Markdown takes for anything but text."""
    safe = escape(one_line(text), quote=False)
    safe = re.sub(r"([\\`*_\[\]|~#!$])", r"\\\1", safe)
    # A mention would call people, a bare address would become a link: an invisible space prevents both.
    return re.sub(r"(?<=@)(?=\w)|(?<=://)|(?<=www\.)", "\u200b", safe)
