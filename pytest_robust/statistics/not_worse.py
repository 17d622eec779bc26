"""Whether a model is no worse than another by more than a margin, in each of several comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_robust.statistics.holm import Adjusted, holm
from pytest_robust.statistics.tango import not_below

__all__ = ["Pairs", "not_worse"]


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """What two models made of the same examples.

    Args:
        gained: Examples that only the new one got right; need not be whole.
        lost: Examples that only the old one got right.
        trials: Examples both were tried on, more than 0.
    """

    gained: float
    lost: float
    trials: float


def not_worse(family: Sequence[Pairs], *, margin: float, confidence: float) -> tuple[Adjusted, ...]:
    """Return in which comparisons the drop is below the margin, surely for all of them together.

    The chance that any of those told as not worse is worse is at most (1 - confidence) / 2, that
    of one end of an interval: with a single comparison it is told exactly where the interval of
    `tango` lies above -margin. The p values are those of Tango's score test at the margin.

    Args:
        family: The comparisons of a release against a baseline.
        margin: The drop that can be borne, strictly between -1 and 1.
        confidence: Of the intervals, strictly between 0 and 1.

    Returns:
        One for each, in the given order; `rejected` means that being worse is.

    Raises:
        InvalidArgument: An argument is outside its range.

    Examples:
        >>> clean, attacked = Pairs(gained=3, lost=3, trials=1000), Pairs(gained=20, lost=28, trials=1000)
        >>> [one.rejected for one in not_worse([clean, attacked], margin=0.02, confidence=0.95)]
        [True, False]
    """
    found = [not_below(one.gained, one.lost, one.trials, margin=margin) for one in family]
    return holm(found, error=(1 - confidence) / 2)
