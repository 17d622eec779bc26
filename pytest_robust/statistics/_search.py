"""The number of examples from which something is settled."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["MOST", "fewest", "two_digits"]

MOST = 10_000_000
"""More examples than anyone has: then no number is told."""


def fewest(settled: Callable[[int], bool]) -> int | None:
    """Return a number of examples that settles it, to two digits and near the least; None if over ten million.

    Args:
        settled: Whether that many examples, at least 1, would.
    """
    high = 16
    while not settled(high):
        if high == MOST:
            return None
        high = min(2 * high, MOST)
    low = high // 2
    while high - low > max(1, high // 50):
        middle = (low + high) // 2
        low, high = (low, middle) if settled(middle) else (middle, high)
    # Whole successes make the interval's ends saw, so the rounded number is asked again.
    rounded = two_digits(high)
    while not settled(rounded):
        rounded = two_digits(rounded + 1)
    return rounded


def two_digits(number: int) -> int:
    """Return the least number of two digits and zeros that is not below this one."""
    step: int = 10 ** max(len(str(number)) - 2, 0)
    return -(-number // step) * step
