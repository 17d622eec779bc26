"""The mean of scores from 0 to 1 of which some count more than others."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv

from pytest_robust.core.arrays import Floats
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Estimate
from pytest_robust.statistics._checks import check_confidence

__all__ = ["effective_size", "weighted_mean"]


def effective_size(weights: Floats) -> float:
    """Return how many equally weighted examples are worth as much as these, by the variance of a mean.

    Args:
        weights: (n,) at least 0, not all 0.

    Raises:
        InvalidArgument: They are no weights.

    Examples:
        >>> effective_size(np.array([1.0, 1.0, 1.0, 1.0])), effective_size(np.array([4.0, 0.0, 0.0, 0.0]))
        (4.0, 1.0)

    References:
        Kish, "Survey Sampling", 1965, section 11.7.
    """
    if weights.ndim != 1 or not (np.isfinite(weights) & (weights >= 0)).all() or not weights.any():
        raise InvalidArgument("weights must be (n,) finite numbers, at least 0 and not all 0")
    # Divided first: the squares of tiny weights would vanish.
    shares = weights / weights.max()
    return float(shares.sum() ** 2 / (shares**2).sum())


def weighted_mean(scores: Floats, weights: Floats, *, total: int, confidence: float) -> Estimate:
    """Return the weighted mean of the scores, with an interval for the population that the weights speak of.

    The exact interval of a proportion, with as many trials as the examples are worth: by the
    linearised variance of the ratio, and never more than `effective_size`, since a few errors
    tell little of their own spread. With equal weights of 0/1 scores it is Clopper and Pearson's.
    The weights are taken as given.

    Simulated coverage of 95 % intervals was at least 95 % wherever the score was no matter of the
    weight or the weights were within a factor of about 10 of each other, and fell to 90 % where the
    errors are in a long tail of weights that the sample hardly reaches.

    Args:
        scores: (n,) from 0 to 1, n at least 1.
        weights: (n,) at least 0, not all 0; only their ratios matter.
        total: How many examples there are.
        confidence: Coverage aimed at, strictly between 0 and 1.

    Raises:
        InvalidArgument: An argument is outside its range.

    Examples:
        >>> right = np.array([1.0] * 80 + [0.0] * 20)
        >>> print(weighted_mean(right, np.array([1.0] * 80 + [2.0] * 20), total=100, confidence=0.95))
        0.667 [0.546, 0.773] on 100 of 100

    References:
        Korn and Graubard, "Confidence intervals for proportions with small expected number of
        positive counts estimated from survey data", Survey Methodology 24(2), 1998.
    """
    check_confidence(confidence)
    worth = effective_size(weights)
    if scores.shape != weights.shape or not ((scores >= 0) & (scores <= 1)).all():
        raise InvalidArgument(
            f"scores of shape {scores.shape} must be from 0 to 1, one for each of {len(weights)} weights"
        )
    shares = weights / weights.sum()
    right, wrong = float(shares @ scores), float(shares @ (1 - scores))
    # All right is exactly 1, whatever the rounding of the shares.
    value = right / (right + wrong)
    variance, binomial = float(shares**2 @ (scores - value) ** 2), value * (1 - value)
    trials = worth if variance * worth <= binomial else binomial / variance
    tail = (1 - confidence) / 2
    low = betaincinv(value * trials, (1 - value) * trials + 1, tail) if right else 0.0
    high = betaincinv(value * trials + 1, (1 - value) * trials, 1 - tail) if wrong else 1.0
    return Estimate(
        value=value,
        low=float(low),
        high=float(high),
        n=len(scores),
        total=total,
        confidence=confidence,
        method="Korn-Graubard",
        notes=(f"reweighted, {len(scores):,} examples are worth {worth:,.4g}",),
    )
