"""Where a value, its interval and its bar lie on one short line."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_robust.core.record import Record
from pytest_robust.core.verdict import Bar

__all__ = ["LENGTH", "IntervalBar", "interval_bar"]

LENGTH = 140
"""Pixels from the low end to the high one."""


@dataclass(frozen=True, kw_only=True)
class IntervalBar:
    """Positions in pixels, 0 to `LENGTH`.

    Args:
        value: The value.
        low: Lower end of the interval.
        high: Upper end.
        bar: The number demanded, None where there is none.
        good: Where the demand is met, from and to; None without a bar.
        ends: The two ends of the scale, in the value's unit.
    """

    value: float
    low: float
    high: float
    bar: float | None
    good: tuple[float, float] | None
    ends: tuple[float, float]


def interval_bar(record: Record) -> IntervalBar | None:
    """Return the line of a check, or None where nothing was measured."""
    if record.value is None:
        return None
    low = record.value if record.low is None else record.low
    high = record.value if record.high is None else record.high
    told = [record.value, low, high, *([] if record.bar is None else [record.bar])]
    start, end = _ends(min(told), max(told))

    def place(number: float) -> float:
        return round(LENGTH * (number - start) / (end - start), 2)

    good = None
    if record.bar is not None and record.op:
        upward = Bar(op=record.op, value=record.bar).upward
        good = (place(record.bar), float(LENGTH)) if upward else (0.0, place(record.bar))
    return IntervalBar(
        value=place(record.value),
        low=place(low),
        high=place(high),
        bar=None if record.bar is None else place(record.bar),
        good=good,
        ends=(start, end),
    )


def _ends(lowest: float, highest: float) -> tuple[float, float]:
    # Shares, then differences of shares, then whatever the unit is: equal scales can be compared down a table.
    if lowest >= 0 and highest <= 1:
        return 0.0, 1.0
    if lowest >= -1 and highest <= 1:
        return -1.0, 1.0
    margin = 0.1 * (highest - lowest) or 0.1 * abs(highest)
    return min(lowest - margin, 0.0) if lowest < 0 else 0.0, highest + margin
