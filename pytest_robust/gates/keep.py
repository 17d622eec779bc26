"""Whether a run may become the baseline of the next."""

from __future__ import annotations

from collections import Counter

from pytest_robust.core.baseline import Baseline, named
from pytest_robust.core.errors import InvalidReport
from pytest_robust.core.record import Run
from pytest_robust.core.verdict import Decision

__all__ = ["keep", "shortfalls"]


def shortfalls(run: Run) -> list[str]:
    """Return what of its checks speaks against keeping a run, a sentence each."""
    poor = Counter(record.decision for record in run.records if record.decision != Decision.PASS.value)
    return [f"{count} of {len(run.records)} checks came to {word}" for word, count in sorted(poor.items())]


def keep(run: Run, *, against: list[str], accept: str, how: str, commit: str, scores: bool) -> Baseline:
    """Return the baseline that a run makes.

    Args:
        run: All of it.
        against: What speaks against keeping it, a sentence each.
        accept: Why it is kept all the same; empty for no reason.
        how: The option that gives such a reason.
        commit: The git commit that is checked out, or nothing.
        scores: Keep what each example came to.

    Raises:
        InvalidReport: Something speaks against it and no reason was given, or it holds no check.
    """
    if not named(run):
        raise InvalidReport("; ".join(against) or "it would hold no check")
    if against and not accept:
        raise InvalidReport(f'{"; ".join(against)}; if it must be: {how}="reason"')
    accepted = f"{accept} ({'; '.join(against)})" if against else ""
    return Baseline.of(run, commit=commit, accepted=accepted, scores=scores)
