"""The mean of scores from 0 to 1."""

from __future__ import annotations

import numpy as np

from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.estimate import BY_GROUPS, Estimate
from pytest_robust.statistics.bounded_mean import bounded_mean
from pytest_robust.statistics.clopper_pearson import clopper_pearson
from pytest_robust.statistics.clustered import clustered_mean
from pytest_robust.statistics.prior_posterior_ratio import anytime_interval

__all__ = ["is_binary", "mean_interval"]


def is_binary(scores: Floats) -> bool:
    """Return whether all scores are 0 or 1."""
    return bool(((scores == 0) | (scores == 1)).all())


def mean_interval(
    scores: Floats, total: int, *, confidence: float, seed: int, groups: Integers | None = None
) -> Estimate:
    """Return the mean of the scores with its interval for the population.

    Scores of 0 and 1 get the exact interval where all examples were seen, and one that
    allows for having stopped when it suited where not. Others are weighted at random.

    Args:
        scores: (n,) from 0 to 1, n at least 1.
        total: How many examples there are.
        confidence: Coverage, strictly between 0 and 1.
        seed: For the random weights.
        groups: (n,) the group of each example, None where they are independent.

    Examples:
        >>> print(mean_interval(np.array([1.0] * 90 + [0.0] * 10), 100, confidence=0.95, seed=0))
        0.900 [0.824, 0.951] on 100 of 100
    """
    value, n = float(scores.mean()), len(scores)
    if groups is not None and n == total:
        interval = clustered_mean(scores, groups, low=0, high=1, confidence=confidence, seed=seed)
        method = f"Learned-Miller-Thomas{BY_GROUPS}"
    elif groups is not None:
        # As if all of a group were alike: no group is worth less than one example.
        worth = len(np.unique(groups))
        interval = anytime_interval(value * worth, worth, confidence=confidence)
        method = f"prior-posterior ratio{BY_GROUPS}"
    elif is_binary(scores):
        whole = n == total
        interval = (clopper_pearson if whole else anytime_interval)(int(scores.sum()), n, confidence=confidence)
        method = "Clopper-Pearson" if whole else "prior-posterior ratio"
    else:
        interval = bounded_mean(scores, low=0, high=1, confidence=confidence, seed=seed)
        method = "Learned-Miller-Thomas"
    return Estimate(
        value=value, low=interval.low, high=interval.high, n=n, total=total, confidence=confidence, method=method
    )
