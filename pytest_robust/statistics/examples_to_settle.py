"""How many examples a verdict would take."""

from __future__ import annotations

from pytest_robust.statistics._search import fewest
from pytest_robust.statistics.clopper_pearson import clopper_pearson

__all__ = ["examples_to_settle"]


def examples_to_settle(rate: float, bar: float, *, confidence: float) -> int | None:
    """Return how many examples put the whole interval on one side of the bar, at this rate.

    Args:
        rate: The rate that more examples are expected to show, 0 to 1.
        bar: The number it is compared with.
        confidence: Of the interval, strictly between 0 and 1.

    Returns:
        The number, to two digits; None if it is over ten million.

    Examples:
        >>> examples_to_settle(0.62, 0.6, confidence=0.95)
        2400
    """

    def settled(n: int) -> bool:
        interval = clopper_pearson(round(rate * n), n, confidence=confidence)
        return interval.low > bar or interval.high < bar

    return fewest(settled)
