"""What stands beside the verdict of a gated check."""

from __future__ import annotations

from dataclasses import replace

from pytest_robust.core.baseline import KeptCheck
from pytest_robust.core.gated import GatedCheck, GateDecision
from pytest_robust.core.record import Record
from pytest_robust.core.turned import Turned

__all__ = ["detailed"]

# Positions named in a message; the report has all of them.
_NAMED = 20
# Where the two sides cannot be compared, which examples differ means nothing.
_INCOMPARABLE = {GateDecision.INVALID.value, GateDecision.MISSING.value}


def detailed(made: GatedCheck, kept: KeptCheck | None, record: Record | None, turned: Turned | None) -> GatedCheck:
    """Return a check with the baseline's interval, its place on a curve, and the examples that turned.

    Args:
        made: The check, judged; what blocks the release names where the newly broken are.
        kept: The baseline's, None where there is none.
        record: The candidate's, None where there is none.
        turned: The examples on which they differ, None where they are not known.
    """
    if kept is not None:
        made = replace(made, old_low=kept.low, old_high=kept.high)
    if record is not None:
        made = replace(made, family=record.family, level=record.level)
    if turned is None or made.decision in _INCOMPARABLE:
        return made
    return replace(
        made,
        remedy=made.remedy if made.lets_through else f"{made.remedy}{_named(turned)}",
        newly_broken=len(turned.broken_at),
        newly_right=len(turned.fixed_at),
        broken_at=turned.broken_at,
        fixed_at=turned.fixed_at,
        broken=turned.broken,
        fixed=turned.fixed,
    )


def _named(turned: Turned) -> str:
    """Return where in the data the examples are that became worse, to end a sentence."""
    if not turned.broken_at:
        return ""
    named = ", ".join(f"x[{place}]" for place in turned.broken_at[:_NAMED])
    more = len(turned.broken_at) - _NAMED
    return f"; newly broken: {named}{f' and {more} more' if more > 0 else ''}"
