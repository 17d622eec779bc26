"""Sequential decisions about a proportion, valid whenever one stops."""

from __future__ import annotations

from enum import Enum
from math import log, log1p

from scipy.optimize import brentq
from scipy.special import betaln, gammaln

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Interval
from pytest_robust.statistics._checks import check_confidence, check_count

__all__ = ["Side", "anytime_interval", "excluded", "side_of"]


class Side(Enum):
    """Where the number of successes in the whole population lies."""

    AT_LEAST = "at least"
    BELOW = "below"
    OPEN = "open"


def _choose(n: int, k: int) -> float:
    return float(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def _check_looks(successes: int, looked: int, population: int) -> None:
    if not 0 <= successes <= looked <= population:
        raise InvalidArgument(f"{successes=}, {looked=}, {population=}: the counts do not fit each other")


def excluded(count: int, successes: int, looked: int, population: int, *, error: float) -> bool:
    """Return whether a population with `count` successes is ruled out by what was seen.

    The ratio of the uniform prior to the posterior at the true count is a martingale that
    starts at 1, so the chance that it ever reaches 1 / error, at any time, is at most `error`
    (Ville's inequality). Looking after every example costs nothing.

    Args:
        count: A number of successes the whole population might have, 0..population.
        successes: Successes among those looked at.
        looked: Examples looked at, drawn at random without replacement.
        population: Examples there are.
        error: The chance of ever ruling out the truth, strictly between 0 and 1.

    Raises:
        InvalidArgument: The counts do not fit each other.

    Examples:
        >>> excluded(5000, 95, 100, 10_000, error=0.001)
        True

    References:
        Waudby-Smith and Ramdas, "Confidence sequences for sampling without replacement",
        NeurIPS 2020, arXiv:2006.04347, section 2.
    """
    if not 0 <= count <= population:
        raise InvalidArgument(f"{count=}, {population=}: the counts do not fit each other")
    _check_looks(successes, looked, population)
    check_confidence(error)
    # Of a count that cannot be, the posterior is 0, and its logarithm here minus infinity.
    posterior = (
        _choose(count, successes)
        + _choose(population - count, looked - successes)
        - _choose(population + 1, looked + 1)
    )
    return -log(population + 1) - posterior >= -log(error)


def side_of(needed: int, successes: int, looked: int, population: int, *, error: float) -> Side:
    """Return on which side of `needed` the whole population's successes lie, as far as known.

    The posterior is log-concave in the count, so once the count next to the bar is ruled out
    and lies away from the peak, all beyond it are.

    Args:
        needed: The smallest count on the upper side, 0..population + 1.
        successes: Successes among those looked at.
        looked: Examples looked at, drawn at random without replacement.
        population: Examples there are.
        error: The chance of ever differing from the answer for all of them.

    Raises:
        InvalidArgument: The counts do not fit each other.

    Examples:
        >>> side_of(6000, 45, 50, 10_000, error=0.001), side_of(6000, 7, 10, 10_000, error=0.001)
        (<Side.AT_LEAST: 'at least'>, <Side.OPEN: 'open'>)
    """
    _check_looks(successes, looked, population)
    check_confidence(error)
    if needed <= successes:
        return Side.AT_LEAST
    if needed > population - (looked - successes):
        return Side.BELOW
    if looked == 0:
        return Side.OPEN
    peak = successes / looked * population
    if needed - 1 < peak and excluded(needed - 1, successes, looked, population, error=error):
        return Side.AT_LEAST
    if needed > peak and excluded(needed, successes, looked, population, error=error):
        return Side.BELOW
    return Side.OPEN


def anytime_interval(successes: float, trials: int, *, confidence: float) -> Interval:
    """Return an interval for a rate that stays valid when the data decided when to stop.

    The rates not ruled out by the prior-posterior ratio with a uniform prior, for independent
    trials. Wider than an interval for a number of trials fixed beforehand.

    Args:
        successes: 0..trials; need not be whole.
        trials: Independent examples so far, at least 1.
        confidence: The chance to cover the true rate at all times, strictly between 0 and 1.

    Raises:
        InvalidArgument: An argument is outside its range.

    Examples:
        >>> interval = anytime_interval(90, 100, confidence=0.95)
        >>> round(interval.low, 3), round(interval.high, 3)
        (0.772, 0.971)
    """
    check_count(successes, trials)
    check_confidence(confidence)
    failures, rate = trials - successes, successes / trials
    evidence = float(betaln(successes + 1, failures + 1))

    def over(p: float) -> float:
        return evidence - (successes * log(p) + failures * log1p(-p)) + log(1 - confidence)

    # `over` is above 0 for rates that are ruled out, and negative at the observed one. With
    # one success in a great many the interval's end lies beyond the edge: it is then 0 or 1.
    edge = 1e-12
    low = float(brentq(over, edge, min(rate, 1 - edge))) if successes and over(edge) > 0 else 0.0
    high = float(brentq(over, max(rate, edge), 1 - edge)) if failures and over(1 - edge) > 0 else 1.0
    return Interval(low=low, high=high)
