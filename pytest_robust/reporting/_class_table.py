"""What each class of a check came to, the worst first."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_robust.core.record import ClassScore, Record

__all__ = ["ClassTable", "class_table"]

_MOST_ROWS = 20


@dataclass(frozen=True, kw_only=True)
class ClassTable:
    """The classes to look at.

    Args:
        rows: Those with the lowest values, the lowest first.
        more: How many there are beside these.
        shares: Whether all values are shares, which bars can show.
    """

    rows: tuple[ClassScore, ...]
    more: int
    shares: bool


def class_table(record: Record) -> ClassTable | None:
    """Return the classes of a check, or None where it has none."""
    if not record.classes:
        return None
    # Of two classes that are equally bad, the one that lost more.
    order = sorted(record.classes, key=lambda each: (each.value, each.value - each.before))
    return ClassTable(
        rows=tuple(order[:_MOST_ROWS]),
        more=max(0, len(order) - _MOST_ROWS),
        shares=all(0 <= value <= 1 for each in order for value in (each.before, each.value)),
    )
