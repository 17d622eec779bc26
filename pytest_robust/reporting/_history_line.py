"""Where the values of a check over the releases lie on a small drawing."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_robust.reporting._history import Moment, Series
from pytest_robust.reporting._words import number

__all__ = ["HEIGHT", "WIDTH", "HistoryLine", "Spot", "history_line"]

WIDTH, HEIGHT = 240, 72
"""Pixels of the drawing."""

_FEWEST = 2
# Releases; older ones are told by the command, not drawn.
_MOST = 40
_SHARES_ROOM = 0.02


@dataclass(frozen=True, kw_only=True)
class Spot:
    """One run on the line: its place in pixels, the ends of its interval, and what it came to."""

    x: float
    y: float
    top: float
    bottom: float
    decision: str


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """A check over the releases, ready to be drawn.

    Args:
        series: The check.
        runs: Each run with its place; those without a value have none.
        ends: The numbers at the bottom and the top of the drawing.
        told: The line in words.
    """

    series: Series
    runs: tuple[tuple[Moment, Spot], ...]
    ends: tuple[str, str]
    told: str

    @property
    def path(self) -> str:
        """The values as points of a polyline."""
        return " ".join(f"{spot.x},{spot.y}" for _, spot in self.runs)

    @property
    def band(self) -> str:
        """The intervals as points of a polygon."""
        spots = [spot for _, spot in self.runs]
        upper = [f"{spot.x},{spot.top}" for spot in spots]
        return " ".join((*upper, *(f"{spot.x},{spot.bottom}" for spot in reversed(spots))))


def history_line(series: Series) -> HistoryLine | None:
    """Return the drawing of a check, or None where fewer than two runs have a value."""
    spans = [(moment, *_span(moment)) for moment in series.moments if moment.value is not None][-_MOST:]
    if len(spans) < _FEWEST:
        return None
    lows, highs = [low for _, _, low, _ in spans], [high for _, _, _, high in spans]
    # A line that fills its drawing: what changes between releases is small beside the scale of shares.
    room = 0.1 * (max(highs) - min(lows)) or _SHARES_ROOM
    bottom, top = min(lows) - room, max(highs) + room
    if min(lows) >= 0 and max(highs) <= 1:
        bottom, top = max(0.0, bottom), min(1.0, top)

    def height(value: float) -> float:
        return round(HEIGHT * (top - value) / (top - bottom), 2)

    runs = tuple(
        (
            moment,
            Spot(
                x=round(WIDTH * place / (len(spans) - 1), 2),
                y=height(value),
                top=height(high),
                bottom=height(low),
                decision=moment.decision,
            ),
        )
        for place, (moment, value, low, high) in enumerate(spans)
    )
    told = ", ".join(f"{number(moment.value)} in {moment.name} ({moment.decision})" for moment, *_ in spans)
    return HistoryLine(series=series, runs=runs, ends=(number(bottom), number(top)), told=f"{series.title}: {told}")


def _span(moment: Moment) -> tuple[float, float, float]:
    value = moment.value or 0.0
    return value, value if moment.low is None else moment.low, value if moment.high is None else moment.high
