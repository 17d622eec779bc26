"""The exact interval of a proportion."""

from __future__ import annotations

from scipy.special import betaincinv

from pytest_robust.core.estimate import Interval
from pytest_robust.statistics._checks import check_confidence, check_count

__all__ = ["clopper_pearson"]


def clopper_pearson(successes: int, trials: int, *, confidence: float) -> Interval:
    """Return the exact two-sided interval of a binomial proportion.

    Covers the true rate with probability at least `confidence`, whatever the rate and however
    few the trials, which is what a gate must promise. The price is width.

    Args:
        successes: Examples the model withstood, 0..trials.
        trials: Independent examples, at least 1.
        confidence: Coverage, strictly between 0 and 1.

    Raises:
        InvalidArgument: An argument is outside its range.

    Examples:
        >>> interval = clopper_pearson(90, 100, confidence=0.95)
        >>> round(interval.low, 4), round(interval.high, 4)
        (0.8238, 0.951)

    References:
        Clopper and Pearson, "The use of confidence or fiducial limits", Biometrika 26(4), 1934.
    """
    check_count(successes, trials)
    check_confidence(confidence)
    tail, failures = (1 - confidence) / 2, trials - successes
    # The quantiles of beta distributions.
    low = betaincinv(successes, failures + 1, tail) if successes else 0.0
    high = betaincinv(successes + 1, failures, 1 - tail) if failures else 1.0
    return Interval(low=float(low), high=float(high))
