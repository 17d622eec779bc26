"""What each check came to in one run after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_robust.core.baseline import named
from pytest_robust.core.record import Record, Run

__all__ = ["Moment", "Series", "history"]


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


def history(runs: Sequence[Run]) -> tuple[Series, ...]:
    """Return what each check came to in one run after the other.

    The checks stand in the order of the last run, then those that only earlier ones made. What a
    property draws is not drawn again, so it has no history.

    Args:
        runs: The earliest first. Their order counts, not their times: a clock may go back.

    Examples:
        >>> first, second = (Run(created="", tool="", name=name, records=(
        ...     Record(id="accuracy", nodeid="t.py::t", metric="accuracy", title="accuracy", decision="PASS",
        ...            reason="", value=value),)) for name, value in (("v1", 0.91), ("v2", 0.93)))
        >>> (series,) = history([first, second])
        >>> series.check, [(moment.name, moment.value) for moment in series.moments]
        ('t.py::t::accuracy', [('v1', 0.91), ('v2', 0.93)])
    """
    found = [dict(named(run)) for run in runs]
    # The last one's first, each once.
    titles = {check: record.title for checks in found for check, record in checks.items()}
    order = dict.fromkeys(check for checks in reversed(found) for check in checks)
    return tuple(
        Series(
            check=check,
            title=titles[check],
            moments=tuple(
                _moment(run, checks[check]) for run, checks in zip(runs, found, strict=True) if check in checks
            ),
        )
        for check in order
    )


def _moment(run: Run, record: Record) -> Moment:
    return Moment(
        name=run.name,
        created=run.created,
        value=record.value,
        low=record.low,
        high=record.high,
        decision=record.decision,
    )
