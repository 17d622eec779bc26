"""Which checks together make a table of kinds of change by strength."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from pytest_robust.core.record import Record, Run
from pytest_robust.reporting._curves import strength_of
from pytest_robust.reporting._words import key_of, value_of

__all__ = ["STEPS", "Cell", "HeatMap", "HeatRow", "heat_maps"]

STEPS = 5
"""How many shades the page's style has for cells: --heat-0 for the highest values, and so on."""

_FEWEST_ROWS = 3
_MOST_LEVELS = 12
_FILLED = 0.75


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A check in the table.

    Args:
        record: The check.
        text: Its value.
        change: How much the value moved from the baseline's, with its sign; empty without one.
        step: Its shade, 0 to STEPS - 1, darker for lower values.
    """

    record: Record
    text: str
    change: str
    step: int


@dataclass(frozen=True, kw_only=True)
class HeatRow:
    """One kind of change: a cell a level, None where nothing was measured."""

    label: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """Kinds of change by strength.

    Args:
        metric: What is measured, in words.
        strength: The parameter that the columns are values of.
        of: What was measured, where there are several models or data sets.
        levels: The columns.
        rows: The kinds, that with the lowest mean first.
    """

    metric: str
    strength: str
    of: str
    levels: tuple[float, ...]
    rows: tuple[HeatRow, ...]


def heat_maps(run: Run) -> tuple[HeatMap, ...]:
    """Return a table for each metric and parameter of strength that three kinds of change or more share."""
    found: defaultdict[tuple[str, str, str, str], dict[tuple[str, float], Record]] = defaultdict(dict)
    for record in run.records:
        if record.family and record.level is not None and record.value is not None:
            place = (record.metric, strength_of(record), record.model, record.data)
            known = found[place].get((record.family, record.level))
            if known is None or known.n < record.n:
                found[place][record.family, record.level] = record
    maps = ((place, cells) for place, cells in found.items() if _is_table(cells))
    before = {check.check: check.old for check in run.gate.checks} if run.gate else {}
    several = len({(model, data) for _, _, model, data in found}) > 1
    return tuple(
        HeatMap(
            metric=metric.replace("_", " "),
            strength=strength,
            of=f"{model or data}" if several else "",
            levels=tuple(sorted({level for _, level in cells})),
            rows=_rows(cells, before),
        )
        for (metric, strength, model, data), cells in maps
    )


def _is_table(cells: dict[tuple[str, float], Record]) -> bool:
    families, levels = {family for family, _ in cells}, {level for _, level in cells}
    # Mostly holes is no table: strengths that only share their name.
    return (
        len(families) >= _FEWEST_ROWS
        and len(levels) <= _MOST_LEVELS
        and len(cells) >= _FILLED * len(families) * len(levels)
    )


def _rows(cells: dict[tuple[str, float], Record], before: dict[str, float | None]) -> tuple[HeatRow, ...]:
    values = [record.value or 0.0 for record in cells.values()]
    # Shares have one scale on every page; what has another unit has its own.
    low, high = (0.0, 1.0) if min(values) >= 0 and max(values) <= 1 else (min(values), max(values))
    levels = sorted({level for _, level in cells})
    families = {family for family, _ in cells}
    # Rows are compared where all of them have a value: one without its mildest level is not the worst for that.
    shared = [level for level in levels if all((family, level) in cells for family in families)] or levels

    def worst_first(family: str) -> tuple[float, str]:
        found = [cells[family, level].value or 0.0 for level in shared if (family, level) in cells]
        return sum(found) / len(found), family

    def cell(record: Record | None) -> Cell | None:
        if record is None:
            return None
        value, old = record.value or 0.0, before.get(key_of(record))
        depth = (high - value) / ((high - low) or 1.0)
        return Cell(
            record=record,
            text=value_of(record),
            change="" if old is None else f"{value - old:+.3f}",
            step=min(int(depth * STEPS), STEPS - 1),
        )

    return tuple(
        HeatRow(label=family.removesuffix("()"), cells=tuple(cell(cells.get((family, level))) for level in levels))
        for family in sorted(families, key=worst_first)
    )
