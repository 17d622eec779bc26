"""What each check came to in one run after the other."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Moment", "Series"]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a check came to in one run.

    Args:
        name: What the run is called.
        created: UTC time, ISO 8601.
        value: The value on the examples evaluated; None where nothing was measured.
        low: Lower end of the interval for the population.
        high: Upper end.
        decision: PASS, FAIL, UNDECIDED, INVALID or NO BAR.
    """

    name: str
    created: str
    value: float | None
    low: float | None
    high: float | None
    decision: str


@dataclass(frozen=True, kw_only=True)
class Series:
    """One check over several runs.

    Args:
        check: Its stable id: the test and what it measured.
        title: What was measured, in words.
        moments: One for each run that made it, in the order of the runs.
    """

    check: str
    title: str
    moments: tuple[Moment, ...]
