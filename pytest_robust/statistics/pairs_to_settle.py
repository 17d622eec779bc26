"""How many examples a verdict about a difference would take."""

from __future__ import annotations

from math import ceil

from scipy.special import ndtri

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Interval
from pytest_robust.statistics._checks import check_confidence, check_pairs
from pytest_robust.statistics._search import MOST, fewest, two_digits
from pytest_robust.statistics.tango import score

__all__ = ["differences_to_settle", "pairs_to_settle"]

# A difference of all or none has no variance to be scored by.
_EDGE = 1 - 1e-9


def pairs_to_settle(gained: float, lost: float, trials: float, *, bar: float, confidence: float) -> int | None:
    """Return how many examples put the whole interval on one side of the bar, if as many of them differ.

    Args:
        gained: Examples that only the first got right.
        lost: Examples that only the second got right.
        trials: Examples both were tried on.
        bar: The difference that is compared with, such as -0.01.
        confidence: Of the interval, strictly between 0 and 1.

    Returns:
        The number, to two digits; None if it is over ten million.

    Raises:
        InvalidArgument: An argument is outside its range.

    Examples:
        >>> pairs_to_settle(3, 5, 200, bar=-0.02, confidence=0.95)
        2000
    """
    check_confidence(confidence)
    # At once, so that a wrong argument is named as it was given.
    check_pairs(gained, lost, trials)
    z, within = float(-ndtri((1 - confidence) / 2)), min(max(bar, -_EDGE), _EDGE)

    def settled(n: int) -> bool:
        more = round(gained / trials * n), round(lost / trials * n)
        # Two halves may both be rounded up. The interval holds the differences whose score is within z.
        return bool(abs(score(*more, max(n, sum(more)), within)) > z)

    return fewest(settled)


def differences_to_settle(value: float, interval: Interval, examples: int, *, bar: float) -> int | None:
    """Return how many examples bring the interval's end from beyond the bar to it, as widths shrink: by the root.

    Args:
        value: The mean of the differences.
        interval: Its interval, which holds the bar.
        examples: How many it rests on.
        bar: The difference that is compared with.

    Returns:
        The number, to two digits; None where the value lies on the bar, or if it is over ten million.

    Raises:
        InvalidArgument: The interval does not hold the value and the bar.

    Examples:
        >>> differences_to_settle(0.0, Interval(low=-0.03, high=0.03), 500, bar=-0.01)
        4500
    """
    if not interval.low <= value <= interval.high or not interval.low <= bar <= interval.high:
        raise InvalidArgument(f"{interval} does not hold both the {value=} and the {bar=}: there is nothing to settle")
    if value == bar:
        return None
    reach = value - interval.low if bar < value else interval.high - value
    needed = ceil(round(examples * (reach / (value - bar)) ** 2, 6))
    return two_digits(needed) if needed <= MOST else None
