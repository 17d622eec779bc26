"""Sequential decisions about a difference on the same examples, valid whenever one stops."""

from __future__ import annotations

from math import lgamma, log

from scipy.optimize import brentq
from scipy.special import betaln, digamma

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics._checks import check_confidence
from pytest_robust.statistics.prior_posterior_ratio import Side

__all__ = ["paired_side_of"]

# Of the beta-binomial priors of how many pairs differ, and of how many of these are gained. A half
# expects them to be few or many sooner than a uniform prior, 1, does, as with models that are alike.
_PRIOR = 0.5


def paired_side_of(needed: int, gained: int, lost: int, looked: int, population: int, *, error: float) -> Side:
    """Return on which side of `needed` gained - lost of the whole population lies, as far as known.

    For each number of pairs gained and lost that the population might have, the ratio of the chance
    of what was seen under the prior to that under these numbers is a martingale that starts at 1.
    Numbers whose ratio has reached 1 / error are ruled out, at whatever moment one looks (Ville's
    inequality). A side is told once all numbers on the other one are.

    Args:
        needed: The smallest gained - lost on the upper side.
        gained: Pairs so far of which only the first was right.
        lost: Pairs so far of which only the second was right.
        looked: Pairs looked at, drawn at random without replacement.
        population: Pairs there are.
        error: The chance of ever differing from the answer for all of them, strictly between 0 and 1.

    Raises:
        InvalidArgument: The counts do not fit each other.

    Examples:
        >>> paired_side_of(-300, 3, 5, 1000, 10_000, error=0.001)
        <Side.AT_LEAST: 'at least'>
        >>> paired_side_of(-100, 3, 5, 1000, 10_000, error=0.001)
        <Side.OPEN: 'open'>

    References:
        Waudby-Smith and Ramdas, "Confidence sequences for sampling without replacement",
        NeurIPS 2020, arXiv:2006.04347, section 2.
    """
    if min(gained, lost) < 0 or not gained + lost <= looked <= population:
        raise InvalidArgument(f"{gained=}, {lost=}, {looked=}, {population=}: the counts do not fit each other")
    check_confidence(error)
    left, difference = population - looked, gained - lost
    if needed <= difference - left:
        return Side.AT_LEAST
    if needed > difference + left:
        return Side.BELOW
    if looked == 0:
        return Side.OPEN
    prior = _of_prior(gained + lost, looked) + _of_prior(gained, gained + lost)

    def ruled_out(supposed: int) -> bool:
        return prior - _likeliest(supposed, gained, lost, looked, population) >= -log(error)

    # The likelihood is log-concave in both numbers, so that its highest value at each difference
    # is log-concave in that: once the difference next to the bar is ruled out and lies away from
    # the peak, all beyond it are.
    peak = difference / looked * population
    if needed - 1 < peak and ruled_out(needed - 1):
        return Side.AT_LEAST
    if needed > peak and ruled_out(needed):
        return Side.BELOW
    return Side.OPEN


def _of_prior(some: int, among: int) -> float:
    """Return the log of the prior chance of a given sequence with so many of a kind."""
    return float(betaln(some + _PRIOR, among - some + _PRIOR) - betaln(_PRIOR, _PRIOR))


def _likeliest(supposed: int, gained: int, lost: int, looked: int, population: int) -> float:
    """Return the log of the highest chance of the sequence seen, among populations with a supposed difference.

    Over real numbers of pairs: never less than over whole ones, so that nothing is ruled out too soon.
    """
    # The number lost in the whole population; from it follow those gained and those alike. There
    # always is one, since a difference that cannot be any more is certain before this is asked.
    same = looked - gained - lost
    least, most = max(lost, gained - supposed), (population - supposed - same) / 2

    def slope(losses: float) -> float:
        return (
            _slope(losses + supposed, gained)
            + _slope(losses, lost)
            - 2 * _slope(population - 2 * losses - supposed, same)
        )

    if slope(least) <= 0:
        losses = float(least)
    elif slope(most) >= 0:
        losses = float(most)
    else:
        losses = float(brentq(slope, least, most))
    # Chances of a sequence: draws of each kind, one after the other, over all draws.
    return (
        _falling(losses + supposed, gained)
        + _falling(losses, lost)
        + _falling(population - 2 * losses - supposed, same)
        - _falling(population, looked)
    )


def _falling(among: float, drawn: int) -> float:
    """Return the log of among (among - 1) ... of so many factors."""
    # Rounding of a root may leave a hair less than was drawn.
    return lgamma(among + 1) - lgamma(max(among - drawn, 0.0) + 1)


def _slope(among: float, drawn: int) -> float:
    return float(digamma(among + 1) - digamma(max(among - drawn, 0.0) + 1))
