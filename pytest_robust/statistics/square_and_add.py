"""The difference of two numbers of which only the intervals are known."""

from __future__ import annotations

from math import hypot

from pytest_robust.core.estimate import Interval

__all__ = ["square_and_add"]


def square_and_add(first: float, first_ends: Interval, second: float, second_ends: Interval) -> Interval:
    """Return the interval of the first number less the second, from an interval of each.

    As it is made for independent numbers, it is too wide where both come from the same examples
    and rise and fall together: less is decided by it, and nothing that the pairs would deny.

    Args:
        first: The first number.
        first_ends: Its interval.
        second: The second number.
        second_ends: Its interval, of the same confidence.

    Examples:
        >>> ends = square_and_add(0.8, Interval(low=0.7, high=0.88), 0.6, Interval(low=0.5, high=0.7))
        >>> round(ends.low, 3), round(ends.high, 3)
        (0.059, 0.328)

    References:
        Zou and Donner, "Construction of confidence limits about effect measures: a general
        approach", Statistics in Medicine 27, 2008, equation 3.
    """
    return Interval(
        low=first - second - hypot(first - first_ends.low, second_ends.high - second),
        high=first - second + hypot(first_ends.high - first, second - second_ends.low),
    )
