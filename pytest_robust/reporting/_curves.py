"""Which checks together make a curve of a metric against strength."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from pytest_robust.core.record import Record, Run
from pytest_robust.reporting._words import number

__all__ = ["Chart", "Series", "charts"]

_FEWEST_LEVELS = 2


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line of a chart.

    Args:
        label: What it is a line of.
        points: One check a level, by level, all with a value.
        levels: The strengths of the points.
    """

    label: str
    points: tuple[Record, ...]
    levels: tuple[float, ...]

    @property
    def told(self) -> str:
        """The line in words, for those who do not see it."""
        steps = ", ".join(f"{number(r.value)} at {level:g}" for level, r in zip(self.levels, self.points, strict=True))
        return f"{self.label}: {steps}"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The lines of one metric over one kind of strength.

    Args:
        metric: What is measured, in words.
        strength: The parameter along the horizontal axis.
        series: The lines.
    """

    metric: str
    strength: str
    series: tuple[Series, ...]


def charts(run: Run) -> tuple[Chart, ...]:
    """Return a chart for each metric and kind of strength that has a line of two levels or more.

    Strengths of different parameters are not drawn over one axis: degrees and eps share no unit.
    """
    measured = [record for record in run.records if record.value is not None]
    clean = {(r.metric, r.model, r.data): r for r in measured if not r.under and not r.family}
    lines: defaultdict[tuple[str, str, str], dict[float, Record]] = defaultdict(dict)
    places: defaultdict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for record in measured:
        if record.family and record.level is not None:
            place, line = (record.metric, _strength(record)), (record.family, record.model, record.data)
            key = (*place, "\0".join(line))
            if key not in places[place]:
                places[place].append(key)
            known = lines[key].get(record.level)
            if known is None or known.n < record.n:
                lines[key][record.level] = record
    drawn = []
    for (metric, strength), keys in places.items():
        kept = [lines[key] for key in keys if len(lines[key]) >= _FEWEST_LEVELS]
        if kept:
            series = tuple(_series(points, clean, kept) for points in kept)
            drawn.append(Chart(metric=metric.replace("_", " "), strength=strength, series=series))
    return tuple(drawn)


def _strength(record: Record) -> str:
    """Return the name of the parameter that `level` is a value of, and the norm it is measured in."""
    fixed = set(re.findall(r"\b(\w+)=", record.family))
    moving = [word for word in re.findall(r"\b(\w+)=", record.under) if word not in fixed]
    norm = re.search(r"\bnorm=(\w+)", record.family)
    return (moving[0] if moving else "strength") + (f" ({norm[1]})" if norm else "")


def _series(
    found: dict[float, Record], clean: dict[tuple[str, str, str], Record], beside: list[dict[float, Record]]
) -> Series:
    first = next(iter(found.values()))
    others = [record for points in beside for record in points.values()]
    parts = [first.family.removesuffix("()")]
    parts += [first.model] if len({record.model for record in others}) > 1 else []
    parts += [f"data {first.data}"] if len({record.data for record in others}) > 1 else []
    start = clean.get((first.metric, first.model, first.data))
    points = ({0.0: start} if start else {}) | found
    levels = tuple(sorted(points))
    return Series(label=", ".join(parts), points=tuple(points[level] for level in levels), levels=levels)
