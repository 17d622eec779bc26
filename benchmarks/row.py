"""One line of the table: what was measured, its bar, and whether it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from statistics import median

__all__ = ["LeftOut", "Row", "at_least", "at_most", "rendered", "told"]

_HEADINGS = ("what", "beside", "median", "min .. max", "runs", "bar", "holds")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A figure with its spread and its bar.

    Args:
        what: What is measured.
        beside: What it is measured against.
        values: One figure a run, in the order measured.
        unit: What stands behind a figure, such as " ms"; empty for a ratio.
        bar: The rule in words; empty where there is none.
        holds: Whether the median keeps it.
    """

    what: str
    beside: str
    values: tuple[float, ...]
    unit: str
    bar: str
    holds: bool

    @property
    def median(self) -> float:
        """The middle of the runs."""
        return median(self.values)

    def cells(self) -> tuple[str, ...]:
        """Return the row as the table shows it."""
        spread = f"{min(self.values):.3g} .. {max(self.values):.3g}" if len(set(self.values)) > 1 else ""
        verdict = ("yes" if self.holds else "NO") if self.bar else ""
        return (
            self.what,
            self.beside,
            f"{self.median:.3g}{self.unit}",
            spread,
            str(len(self.values)),
            self.bar,
            verdict,
        )


@dataclass(frozen=True)
class LeftOut:
    """A row that this machine cannot measure.

    Args:
        what: What would be measured.
        why: What is missing.
    """

    what: str
    why: str

    def cells(self) -> tuple[str, ...]:
        """Return the row as the table shows it."""
        what, why = astuple(self)
        return (what, f"left out: {why}", "", "", "", "", "")


def at_most(bar: float, what: str, beside: str, values: Sequence[float], unit: str = "") -> Row:
    """Return a row whose median must not exceed `bar`."""
    figures = tuple(values)
    return Row(
        what=what, beside=beside, values=figures, unit=unit, bar=f"<= {bar:g}{unit}", holds=median(figures) <= bar
    )


def at_least(bar: float, what: str, beside: str, values: Sequence[float], unit: str = "") -> Row:
    """Return a row whose median must reach `bar`."""
    figures = tuple(values)
    return Row(
        what=what, beside=beside, values=figures, unit=unit, bar=f">= {bar:g}{unit}", holds=median(figures) >= bar
    )


def told(what: str, beside: str, values: Sequence[float], unit: str = "") -> Row:
    """Return a row without a bar, there to explain its neighbours."""
    return Row(what=what, beside=beside, values=tuple(values), unit=unit, bar="", holds=True)


def rendered(rows: Sequence[Row | LeftOut]) -> str:
    """Return the rows as a Markdown table, its columns aligned."""
    lines = [_HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    texts = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([texts[0], rule, *texts[1:]])
