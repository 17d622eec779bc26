"""What did not pass as annotations of GitHub: each a line that its runner takes for a command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_robust.core.baseline import named
from pytest_robust.core.gated import GateDecision
from pytest_robust.core.record import Record, Run
from pytest_robust.core.verdict import Decision
from pytest_robust.reporting._gate_words import gate_reason, told_first
from pytest_robust.reporting._summary import worst_first
from pytest_robust.reporting._words import NOT_EVALUATED, interval_of, need_of, one_line, shortened, title_of, value_of

__all__ = ["Place", "annotation_lines"]

# GitHub shows so many of each level for a step, and drops the rest without a word.
_MOST = 10
_LONGEST_TITLE = 200
_LONGEST_REASON = 1000
_ERROR = "error"
# What may pass and is worth a word; anything else that may not is an error.
_LEVELS = {GateDecision.WAIVED.value: "warning", GateDecision.IMPROVED.value: "notice"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a test stands.

    Args:
        file: Its path from the root of the repository, with slashes.
        line: From 1; None where that is not known.
    """

    file: str
    line: int | None


@dataclass(frozen=True, kw_only=True)
class _Note:
    level: str
    decision: str
    title: str
    lines: tuple[str, ...]
    place: Place | None

    def command(self) -> str:
        properties = {"title": shortened(f"{self.decision}: {self.title}", _LONGEST_TITLE)}
        if self.place is not None:
            line = {} if self.place.line is None else {"line": str(self.place.line)}
            properties = {"file": self.place.file, **line, **properties}
        return _command(self.level, properties, [shortened(line, _LONGEST_REASON) for line in self.lines if line])


def annotation_lines(run: Run, places: Mapping[str, Place]) -> list[str]:
    """Return a line for each check that did not pass, beside the baseline or by itself, the worst first.

    There are ten of a level at most, the last of which says how many more there are.

    Args:
        run: What was measured.
        places: Where each test stands, by its node's id.
    """
    notes = [*_of_gate(run, places), *_of_checks(run, places)]
    return [line for level in (_ERROR, *_LEVELS.values()) for line in _bounded(level, notes)]


def _bounded(level: str, notes: list[_Note]) -> Iterator[str]:
    found = [note for note in notes if note.level == level]
    cut = len(found) if len(found) <= _MOST else _MOST - 1
    yield from (note.command() for note in found[:cut])
    if found[cut:]:
        rest = Counter(note.decision for note in found[cut:])
        told = ", ".join(f"{n} {word}" for word, n in rest.items())
        more = f"{len(found) - cut} more: {told}; --robust-report shows them all"
        yield _command(level, {"title": "robustness"}, [shortened(more, _LONGEST_REASON)])


def _of_gate(run: Run, places: Mapping[str, Place]) -> Iterator[_Note]:
    if run.gate is None:
        return
    if not run.gate.evaluated:
        reason = (gate_reason(run.gate),)
        yield _Note(level=_ERROR, decision=NOT_EVALUATED, title="the gate of the release", lines=reason, place=None)
    for check in told_first(run.gate):
        level = _LEVELS.get(check.decision, "") if check.lets_through else _ERROR
        if level:
            yield _Note(
                level=level,
                decision=check.decision,
                title=f"gate {check.check}",
                lines=(check.reason, check.remedy and f"try: {check.remedy}"),
                place=places.get(check.check.rpartition("::")[0]),
            )


def _of_checks(run: Run, places: Mapping[str, Place]) -> Iterator[_Note]:
    # What the gate blocks it has told, with the same reason; what it waives may fail by itself.
    told = {check.check for check in run.gate.blocking} if run.gate is not None else set()
    names = {id(record): name for name, record in named(run)}
    for record in worst_first(run.records):
        fine = record.decision in {Decision.PASS.value, Decision.NO_BAR.value, Decision.SHARD.value}
        if fine or names.get(id(record), f"{record.nodeid}::{record.id}") in told:
            continue
        yield _Note(
            level=_ERROR,
            decision=record.decision,
            title=title_of(record, run),
            lines=(
                record.nodeid,
                _measured(record),
                record.reason,
                record.remedy and f"try: {record.remedy}",
            ),
            place=places.get(record.nodeid),
        )


def _measured(record: Record) -> str:
    if record.value is None:
        return ""
    return f"{' '.join(filter(None, [value_of(record), interval_of(record)]))}, need {need_of(record)}"


def _command(level: str, properties: Mapping[str, str], lines: list[str]) -> str:
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {told}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    # A colon would end the properties, and a comma one of them.
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")
