"""The difference of two proportions on the same examples."""

from __future__ import annotations

from math import sqrt

from scipy.optimize import brentq
from scipy.stats import norm

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Interval
from pytest_robust.statistics._checks import check_confidence

__all__ = ["tango"]


def tango(gained: int, lost: int, trials: int, *, confidence: float) -> Interval:
    """Return the score interval of a paired difference of proportions.

    Args:
        gained: Examples that only the first got right.
        lost: Examples that only the second got right.
        trials: Examples both were tried on, at least 1.
        confidence: Coverage, strictly between 0 and 1.

    Raises:
        InvalidArgument: An argument is outside its range.

    Examples:
        >>> interval = tango(12, 3, 100, confidence=0.95)
        >>> round(interval.low, 4), round(interval.high, 4)
        (0.016, 0.1737)

    References:
        Tango, "Equivalence test and confidence interval for the difference in proportions
        for the paired-sample design", Statistics in Medicine 17, 1998.
    """
    check_confidence(confidence)
    if trials < 1 or min(gained, lost) < 0 or gained + lost > trials:
        raise InvalidArgument(f"{gained} gained and {lost} lost of {trials} do not fit each other")
    z = float(norm.isf((1 - confidence) / 2))

    def score(delta: float) -> float:
        # The constrained maximum-likelihood rate of `lost` at this difference: the larger
        # root of 2n q^2 + b q + c = 0 (Tango 1998, equation 7).
        b = -gained - lost + (2 * trials - gained + lost) * delta
        c = -lost * delta * (1 - delta)
        q = (sqrt(max(b * b - 8 * trials * c, 0.0)) - b) / (4 * trials)
        variance = trials * (2 * q + delta * (1 - delta))
        distance = gained - lost - trials * delta
        return distance / sqrt(variance) if variance > 0 else (0.0 if distance == 0 else distance * float("inf"))

    value, edge = (gained - lost) / trials, 1 - 1e-9
    low = float(brentq(lambda d: score(d) - z, -edge, value)) if score(-edge) > z else -1.0
    high = float(brentq(lambda d: score(d) + z, value, edge)) if score(edge) < -z else 1.0
    return Interval(low=low, high=high)
