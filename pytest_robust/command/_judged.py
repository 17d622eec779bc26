"""A saved run beside a baseline: judged by the function that judges a session of pytest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pytest_robust.core.baseline import Baseline
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.gated import Gated
from pytest_robust.core.record import Run
from pytest_robust.gates.gate import Terms, gate
from pytest_robust.gates.waiver import Waiver

__all__ = ["judged"]

_UNKNOWN = "the report does not say which tests were run: an older version wrote it; run the tests again"


def judged(
    run: Run, baseline: Baseline | None, *, source: str, margin: float, waive: Sequence[str], refresh: str
) -> Run:
    """Return the run with what it comes to beside a baseline.

    Args:
        run: The candidate's.
        baseline: What it is held to; None for the first release.
        source: What the baseline is called.
        margin: The largest drop allowed.
        waive: Lines of waivers.
        refresh: The command that makes this run the baseline.

    Raises:
        InvalidArgument: A waiver is none, or names no check of the baseline.
    """
    known = [check.check for check in baseline.checks] if baseline is not None else []
    try:
        waivers = tuple(Waiver.of(line, known) for line in waive)
    except InvalidArgument as error:
        raise InvalidArgument(f"--waive: {error}") from None
    if not run.complete:
        told = Gated(evaluated=False, baseline=source, first=baseline is None, margin=margin)
        return replace(run, gate=told)
    terms = Terms(margin=margin, waivers=waivers, today=datetime.now(UTC).date(), source=source, refresh=refresh)
    return replace(run, gate=gate(baseline, run, terms, lacking=_lacking(run)))


def _lacking(run: Run) -> tuple[str, ...]:
    if run.ran is None:
        return (_UNKNOWN,)
    # In pytest these are results of their own, and make the exit status.
    return (*run.ran.lacking, *(f"a test failed: {test}" for test in run.ran.failed))
