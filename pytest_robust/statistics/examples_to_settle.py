"""How many examples a verdict would take."""

from __future__ import annotations

from pytest_robust.statistics.clopper_pearson import clopper_pearson

__all__ = ["examples_to_settle"]

_MOST = 10_000_000


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

    high = 16
    while not settled(high):
        high *= 2
        if high > _MOST:
            return None
    low = high // 2
    while high - low > max(1, high // 50):
        middle = (low + high) // 2
        low, high = (low, middle) if settled(middle) else (middle, high)
    # Whole successes make the interval's ends saw, so the rounded number is asked again.
    rounded = _two_digits(high)
    while not settled(rounded):
        rounded = _two_digits(rounded + 1)
    return rounded


def _two_digits(number: int) -> int:
    step: int = 10 ** max(len(str(number)) - 2, 0)
    return -(-number // step) * step
