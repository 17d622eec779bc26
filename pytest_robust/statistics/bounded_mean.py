"""The mean of numbers that have a lowest and a highest value."""

from __future__ import annotations

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Interval
from pytest_robust.statistics._checks import check_confidence

__all__ = ["bounded_mean"]

# The ends of a 95 % interval are then good to a fiftieth of its width.
_DRAWS = 4000
# Numbers drawn together: bounds the memory.
_BLOCK = 2**20


def bounded_mean(values: Floats, *, low: float, high: float, confidence: float, seed: int) -> Interval:
    """Return an interval of the mean that allows for values not seen yet.

    Its upper end is a quantile of the mean that random weights (Dirichlet, all 1) give to the
    values and one more at `high`; its lower end likewise. For values of 0 and 1 it is Clopper and
    Pearson's. A bootstrap cannot know of values it has not seen: where one example in a hundred
    changes, and none of 20 did, its interval is the point 0.

    Args:
        values: (n,) from `low` to `high`, n at least 1.
        low: The least that a value can be.
        high: The most.
        confidence: Coverage aimed at, strictly between 0 and 1.
        seed: The same seed gives the same interval.

    Raises:
        InvalidArgument: An argument is outside its range.

    Examples:
        >>> interval = bounded_mean(np.zeros(100), low=-1, high=1, confidence=0.95, seed=0)
        >>> round(interval.low, 2), round(interval.high, 2)
        (-0.04, 0.04)

    References:
        Learned-Miller and Thomas, "A New Confidence Interval for the Mean of a Bounded Random
        Variable", 2019, arXiv:1905.06208.
    """
    check_confidence(confidence)
    if not len(values) or not ((values >= low) & (values <= high)).all():
        raise InvalidArgument(f"the {len(values)} values must be at least one, from {low} to {high}")
    # The weights of equal values add up to one gamma variable: few kinds, few draws.
    kinds, times = np.unique(values, return_counts=True)
    random, size = np.random.Generator(np.random.Philox(seed)), max(_BLOCK // len(kinds), 1)
    lows, highs = [], []
    for start in range(0, _DRAWS, size):
        draws = min(size, _DRAWS - start)
        weights, extra = random.standard_gamma(times, (draws, len(kinds))), random.standard_exponential(draws)
        seen, whole = weights @ kinds, weights.sum(axis=1) + extra
        lows.append((seen + extra * low) / whole)
        highs.append((seen + extra * high) / whole)
    tail = (1 - confidence) / 2
    # Inside where all values are at an end, whatever the rounding.
    return Interval(
        low=max(float(np.quantile(np.concatenate(lows), tail)), low),
        high=min(float(np.quantile(np.concatenate(highs), 1 - tail)), high),
    )
