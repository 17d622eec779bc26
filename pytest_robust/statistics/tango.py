"""The difference of two proportions on the same examples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from pytest_robust.core.arrays import Floats
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Interval
from pytest_robust.statistics._checks import check_confidence, check_pairs

__all__ = ["not_below", "score", "tango"]

# Half a step of gained - lost. Without it the coverage at 95 % falls to 93.2 % where few pairs
# differ; with a whole step the interval widens where the ends are good already.
_CONTINUITY = 0.5


def score(gained: ArrayLike, lost: ArrayLike, trials: ArrayLike, delta: ArrayLike) -> Floats:
    """Return how many standard errors the observed difference lies above a supposed one.

    Tango's statistic, (g - l - n delta) / sqrt(n (2 q + delta (1 - delta))), with q the most
    likely rate of `lost` at this difference, and its numerator brought nearer to 0 by a half.

    Args:
        gained: Examples that only the first got right; need not be whole.
        lost: Examples that only the second got right.
        trials: Examples both were tried on.
        delta: The supposed rate of the first less that of the second, strictly between -1 and 1.

    Examples:
        >>> score([12, 7], [3, 7], 100, 0.0).round(3)
        array([2.195, 0.   ])
    """
    gains, losses, n, d = (np.asarray(one, dtype=np.float64) for one in (gained, lost, trials, delta))
    # The larger root of 2n q^2 + b q + c = 0 (Tango 1998, equation 7).
    b = -gains - losses + (2 * n - gains + losses) * d
    c = -losses * d * (1 - d)
    q = (np.sqrt(np.maximum(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
    # Rounding must not take a rate below 0: neither that of `lost`, q, nor that of `gained`, q + delta.
    variance = n * (2 * np.maximum(q, np.maximum(0.0, -d)) + d * (1 - d))
    apart = gains - losses - n * d
    distance = np.sign(apart) * np.maximum(np.abs(apart) - _CONTINUITY, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        standard: Floats = np.where(distance == 0, 0.0, distance / np.sqrt(variance))
    return standard


def tango(gained: float, lost: float, trials: float, *, confidence: float) -> Interval:
    """Return the score interval of a paired difference of proportions, corrected for continuity.

    The coverage of the 95 % interval, computed for 20 to 2,000 examples, drops from 0 to 0.2 and
    few to many pairs that differ, is nowhere below 95 %, and the lower end lies above the true
    difference (a false PASS) in at most 2.5 % of cases; the upper end lies below it in up to 3.4 %
    where hardly any pairs differ. Uncorrected, the coverage falls to 93.2 %.

    Args:
        gained: Examples that only the first got right; need not be whole.
        lost: Examples that only the second got right.
        trials: Examples both were tried on, more than 0.
        confidence: Coverage, strictly between 0 and 1.

    Raises:
        InvalidArgument: An argument is outside its range.

    Examples:
        >>> interval = tango(12, 3, 100, confidence=0.95)
        >>> round(interval.low, 4), round(interval.high, 4)
        (0.0104, 0.1794)

    References:
        Tango, "Equivalence test and confidence interval for the difference in proportions
        for the paired-sample design", Statistics in Medicine 17, 1998.
    """
    check_confidence(confidence)
    check_pairs(gained, lost, trials)
    z = float(-ndtri((1 - confidence) / 2))

    def above(delta: float) -> float:
        return float(score(gained, lost, trials, delta))

    value, edge = (gained - lost) / trials, 1 - 1e-9
    low = _root(lambda d: above(d) - z, -edge, value) if above(-edge) > z else -1.0
    high = _root(lambda d: above(d) + z, value, edge) if above(edge) < -z else 1.0
    return Interval(low=low, high=high)


def not_below(gained: float, lost: float, trials: float, *, margin: float) -> float:
    """Return the p value of a difference of at most -margin, against it being above: non-inferiority.

    Below (1 - confidence) / 2 exactly where the interval of `tango` lies above -margin.

    Args:
        gained: Examples that only the new one got right; need not be whole.
        lost: Examples that only the old one got right.
        trials: Examples both were tried on, more than 0.
        margin: The drop that can be borne, strictly between -1 and 1.

    Raises:
        InvalidArgument: An argument is outside its range.

    Examples:
        >>> round(not_below(3, 5, 1000, margin=0.01), 4)
        0.0213
    """
    check_pairs(gained, lost, trials)
    if not -1 < margin < 1:
        raise InvalidArgument(f"margin={margin!r} must lie strictly between -1 and 1: a share of the examples")
    return float(ndtr(-score(gained, lost, trials, -margin)))


def _root(function: Any, low: float, high: float) -> float:  # noqa: ANN401 - of a number
    return float(brentq(function, low, high))
