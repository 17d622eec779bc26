"""The difference of two independent proportions."""

from __future__ import annotations

from math import sqrt

from scipy.stats import binomtest

from pytest_robust.core.estimate import Interval
from pytest_robust.statistics._checks import check_confidence, check_count

__all__ = ["newcombe"]


def newcombe(first: tuple[int, int], second: tuple[int, int], *, confidence: float) -> Interval:
    """Return the interval of the first rate less the second, from their Wilson intervals.

    Args:
        first: Successes and trials.
        second: Successes and trials, of other examples.
        confidence: Coverage, strictly between 0 and 1.

    Raises:
        InvalidArgument: An argument is outside its range.

    Examples:
        >>> interval = newcombe((56, 70), (48, 80), confidence=0.95)
        >>> round(interval.low, 4), round(interval.high, 4)
        (0.0524, 0.3339)

    References:
        Newcombe, "Interval estimation for the difference between independent proportions",
        Statistics in Medicine 17, 1998, method 10; the example is his table II, row a.
    """
    check_confidence(confidence)
    rates, ends = [], []
    for successes, trials in (first, second):
        check_count(successes, trials)
        rates.append(successes / trials)
        ends.append(binomtest(successes, trials).proportion_ci(confidence, method="wilson"))
    (p1, p2), (e1, e2) = rates, ends
    return Interval(
        low=p1 - p2 - sqrt((p1 - e1.low) ** 2 + (e2.high - p2) ** 2),
        high=p1 - p2 + sqrt((e1.high - p1) ** 2 + (p2 - e2.low) ** 2),
    )
