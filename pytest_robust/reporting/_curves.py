"""Which checks together make a curve of a metric against strength."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from pytest_robust.core.gated import GatedCheck
from pytest_robust.core.record import Record, Run
from pytest_robust.core.verdict import Decision
from pytest_robust.reporting._words import key_of, number

__all__ = ["Chart", "Point", "Series", "charts", "strength_of"]

_FEWEST_LEVELS = 2
# More lines than these cannot be followed by an eye; a heat map tells them apart.
_MOST_LINES = 12


@dataclass(frozen=True, kw_only=True)
class Point:
    """One check of a curve.

    Args:
        level: The strength.
        value: What was measured there.
        low: Lower end of its interval.
        high: Upper end.
        bar: What was demanded, None where nothing was.
        hollow: Whether the number proves nothing.
    """

    level: float
    value: float
    low: float
    high: float
    bar: float | None = None
    hollow: bool = False


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line of a chart.

    Args:
        label: What it is a line of.
        points: One a level, by level.
        before: Whether it is of the baseline, not of this run.
    """

    label: str
    points: tuple[Point, ...]
    before: bool = False

    @property
    def told(self) -> str:
        """The line in words, for those who do not see it."""
        return f"{self.label}: {', '.join(f'{number(point.value)} at {point.level:g}' for point in self.points)}"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The lines of one metric over one kind of strength.

    Args:
        metric: What is measured, in words.
        strength: The parameter along the horizontal axis.
        series: The lines; those of the baseline last.
    """

    metric: str
    strength: str
    series: tuple[Series, ...]


_Subject = tuple[str, str, str]
_Line = tuple[str, str, str, str]


def charts(run: Run) -> tuple[Chart, ...]:
    """Return a chart for each metric and kind of strength that has a line of two levels or more.

    Strengths of different parameters are not drawn over one axis: degrees and eps share no unit.
    """
    measured = [record for record in run.records if record.value is not None]
    clean = {_subject(record): record for record in measured if not record.under and not record.family}
    lines: defaultdict[_Line, dict[float, Record]] = defaultdict(dict)
    places: defaultdict[tuple[str, str], list[_Line]] = defaultdict(list)
    for record in measured:
        if record.family and record.level is not None:
            line, place = _line(record), (record.metric, strength_of(record))
            if line not in places[place]:
                places[place].append(line)
            known = lines[line].get(record.level)
            if known is None or known.n < record.n:
                lines[line][record.level] = record
    earlier, start = _earlier(run, lines), _starts(run)
    drawn = []
    for (metric, strength), keys in places.items():
        kept = [key for key in keys if len(lines[key]) >= _FEWEST_LEVELS]
        if kept and len(kept) <= _MOST_LINES:
            new = [_series(key, _points(lines[key], clean.get(_of(key))), kept) for key in kept]
            old = [_series(key, _known(earlier[key], start.get(_of(key))), kept, before=True) for key in kept]
            series = (*new, *(each for each in old if len(each.points) >= _FEWEST_LEVELS))
            drawn.append(Chart(metric=metric.replace("_", " "), strength=strength, series=series))
    return tuple(drawn)


def strength_of(record: Record) -> str:
    """Return the name of the parameter that `level` is a value of, and the norm it is measured in."""
    fixed = set(re.findall(r"\b(\w+)=", record.family))
    moving = [word for word in re.findall(r"\b(\w+)=", record.under) if word not in fixed]
    norm = re.search(r"\bnorm=(\w+)", record.family)
    return (moving[0] if moving else "strength") + (f" ({norm[1]})" if norm else "")


def _subject(record: Record) -> _Subject:
    return record.metric, record.model, record.data


def _line(record: Record) -> _Line:
    return (record.family, *_subject(record))


def _of(line: _Line) -> _Subject:
    return line[1:]


def _points(found: dict[float, Record], start: Record | None) -> list[Point]:
    points = ({0.0: start} if start else {}) | found
    return [
        Point(
            level=level,
            value=record.value or 0.0,
            low=_or(record.low, record.value),
            high=_or(record.high, record.value),
            bar=record.bar if record.op else None,
            hollow=record.decision == Decision.INVALID.value,
        )
        for level, record in sorted(points.items())
    ]


def _earlier(run: Run, lines: dict[_Line, dict[float, Record]]) -> defaultdict[_Line, dict[float, GatedCheck]]:
    """Return what the baseline held of each line; also of its checks that were not run again."""
    found: defaultdict[_Line, dict[float, GatedCheck]] = defaultdict(dict)
    known = {key_of(record): record for record in run.records}
    for check in run.gate.checks if run.gate else ():
        if check.family and check.level is not None and check.old is not None:
            record = known.get(check.check)
            alike = [_line(record)] if record else [line for line in lines if line[0] == check.family]
            for line in alike[:1]:
                found[line][check.level] = check
    return found


def _starts(run: Run) -> dict[_Subject, GatedCheck]:
    """Return what the baseline came to on unchanged data."""
    clean = {key_of(record): record for record in run.records if not record.under and not record.family}
    checks = run.gate.checks if run.gate else ()
    return {_subject(clean[each.check]): each for each in checks if each.check in clean and each.old is not None}


def _known(found: dict[float, GatedCheck], start: GatedCheck | None) -> list[Point]:
    points = ({0.0: start} if start and found else {}) | found
    return [
        Point(
            level=level,
            value=check.old or 0.0,
            low=_or(check.old_low, check.old),
            high=_or(check.old_high, check.old),
        )
        for level, check in sorted(points.items())
    ]


def _or(end: float | None, value: float | None) -> float:
    return (value or 0.0) if end is None else end


def _series(line: _Line, points: list[Point], beside: list[_Line], *, before: bool = False) -> Series:
    family, _, model, data = line
    parts = [family.removesuffix("()")]
    parts += [model] if len({other[2] for other in beside}) > 1 else []
    parts += [f"data {data}"] if len({other[3] for other in beside}) > 1 else []
    parts += ["baseline"] if before else []
    return Series(label=", ".join(parts), points=tuple(points), before=before)
