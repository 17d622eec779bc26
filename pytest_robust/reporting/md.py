"""The run as Markdown, short enough for a job's summary and for a comment on a pull request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from pytest_robust.core.gated import GatedCheck, GateDecision
from pytest_robust.core.record import Record, Run
from pytest_robust.reporting._gate_words import change_of, drop_of
from pytest_robust.reporting._markdown_text import plain
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
    settings_of,
    title_of,
    under_attack,
    value_of,
)

__all__ = ["Md"]

T = TypeVar("T")

# 40 with the empty line that stands between two runs in one file.
_MOST_LINES = 39
_MOST_BLOCKING = 8
_MOST_CHANGED = 8
_MOST_EXAMPLES = 3
# Characters. With these all lines together stay below the 65,536 that a comment may have.
_LONGEST_TITLE = 200
_LONGEST_WORD = 40
_LONGEST_CELL = 120
_LONGEST_REASON = 480
_LONGEST_LINE = 2000


@dataclass(frozen=True)
class Md(Reporter):
    """A verdict, what blocks the release, what changed, the checks: in at most 40 lines, however many there are."""

    suffix: ClassVar = ".md"

    def render(self, run: Run) -> str:
        """Return the run as Markdown."""
        summary = Summary.of(run)
        above = [[f"**Robustness {plain(summary.headline, _LONGEST_LINE)}**"], _blocking(run), _changes(run)]
        below = [_examples(run), [_footer(run, summary)]]
        # Each of the others with an empty line; the table takes what they leave.
        others = sum(len(block) + 1 for block in (*above, *below) if block)
        blocks = [*above, _table(run, _MOST_LINES - others), *below]
        return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _blocking(run: Run) -> list[str]:
    blocking = run.gate.blocking if run.gate is not None else ()
    shown, rest = _parted(blocking, _MOST_BLOCKING)
    lines = [
        f"- **{plain(check.decision, _LONGEST_WORD)}** {plain(check.check, _LONGEST_TITLE)}: "
        f"{plain('; '.join(filter(None, [check.reason, check.remedy])), _LONGEST_REASON)}"
        for check in shown
    ]
    told = plain(_tally([check.decision for check in rest]), _LONGEST_REASON)
    return lines + ([f"- and {len(rest)} more that block the release: {told}; see report.html"] if rest else [])


def _changes(run: Run) -> list[str]:
    """Return the table of what may pass and is not as it was; what blocks stands above it with its numbers."""
    through = [check for check in run.gate.checks if check.lets_through] if run.gate is not None else []
    changed = sorted(filter(_is_change, through), key=lambda check: -(check.drop or 0.0))
    if run.gate is None or run.gate.first or not changed:
        return []
    shown, rest = _parted(changed, _MOST_CHANGED)
    same = len(through) - len(changed)
    told = [f"{len(rest)} more changed: {_tally([check.decision for check in rest])}" if rest else ""]
    told += [f"{same} as in the baseline" if same else ""]
    last = " and ".join(filter(None, told)) + ("; see report.html" if rest else "")
    head = ["| changed, and may pass | before, now | drop | worse, better | gate |", "|:--|:--|:--|:--|:--|"]
    rows = head + [_row(*_change(check), strong=check.decision, beside=_beside(check)) for check in shown]
    return rows + ([f"| {plain(last, _LONGEST_REASON)} | | | | |"] if rest or same else [])


def _is_change(check: GatedCheck) -> bool:
    moved = bool(check.drop or check.newly_broken or check.newly_right)
    return moved or check.decision != GateDecision.PASS.value


def _change(check: GatedCheck) -> tuple[str, ...]:
    pairs = "" if check.newly_broken is None else f"{check.newly_broken}, {check.newly_right}"
    return check.check, change_of(check), drop_of(check), pairs


def _beside(check: GatedCheck) -> str:
    # Why it may pass all the same, or what keeps an improvement; the numbers have their columns.
    return check.reason if check.decision == GateDecision.WAIVED.value else check.remedy


def _table(run: Run, most: int) -> list[str]:
    """Return the table of checks in at most so many lines, the worst first."""
    if not run.records:
        return []
    head = ["| check | n | value | need | queries + gradients | verdict |", "|:--|--:|:--|:--|--:|:--|"]
    shown, rest = _parted(worst_first(run.records), most - len(head))
    rows = [_check(record, run) for record in shown]
    if rest:
        told = plain(_tally([record.decision for record in rest]), _LONGEST_REASON)
        rows.append(f"| and {len(rest)} more: {told}; see report.html | | | | | |")
    return head + rows


def _check(record: Record, run: Run) -> str:
    why = () if is_pass(record) else (record.reason, record.remedy)
    measured = " ".join(filter(None, [value_of(record), interval_of(record)]))
    asked = count(record.queries) + (f" + {count(record.gradients)}" if record.gradients else "")
    beside = "; ".join(filter(None, [*why, broken_by_of(record)]))
    return _row(
        title_of(record, run),
        count_of(record),
        measured,
        need_of(record),
        asked,
        strong=record.decision,
        beside=beside,
    )


def _row(first: str, *others: str, strong: str, beside: str = "") -> str:
    cells = [plain(first, _LONGEST_TITLE), *(plain(cell, _LONGEST_CELL) for cell in others)]
    last = f"**{plain(strong, _LONGEST_WORD)}**" + (f": {plain(beside, _LONGEST_REASON)}" if beside else "")
    return f"| {' | '.join([*cells, last])} |"


def _examples(run: Run) -> list[str]:
    broken = [(record, example) for record in worst_first(run.records) for example in record.examples[:1]]
    return [
        f"- from {plain(title_of(record, run), _LONGEST_TITLE)}: {plain(example_of(example), _LONGEST_REASON)}"
        for record, example in broken[:_MOST_EXAMPLES]
    ]


def _footer(run: Run, summary: Summary) -> str:
    sentences = [
        f"{summary.tally}.",
        UPPER_BOUND if under_attack(run.records) else "",
        f"{settings_of(run)}." if run.settings else "",
        f"{run.tool}, {run.created}",
    ]
    return f"<sub>{plain(' '.join(filter(None, sentences)), _LONGEST_LINE)}</sub>"


def _parted(items: Sequence[T], most: int) -> tuple[Sequence[T], Sequence[T]]:
    """Return what is shown in so many lines, and what is left for the last of them to count."""
    cut = len(items) if len(items) <= most else most - 1
    return items[:cut], items[cut:]


def _tally(decisions: list[str]) -> str:
    return ", ".join(f"{n} {word}" for word, n in Counter(decisions).items())
