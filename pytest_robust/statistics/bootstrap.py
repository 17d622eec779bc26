"""Intervals of numbers that no formula covers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Interval
from pytest_robust.statistics._checks import check_confidence

__all__ = ["bootstrap"]


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], float], examples: int, *, confidence: float, seed: int, resamples: int
) -> Interval:
    """Return the percentile interval of a statistic over resampled examples.

    A resample on which the statistic is undefined (one class only, for ROC AUC) is drawn
    again, at most as often as there are resamples.

    Args:
        statistic: Takes (n,) row numbers drawn with replacement, returns a number or NaN.
        examples: How many rows there are, at least 1.
        confidence: Coverage aimed at, strictly between 0 and 1; approximate for few examples.
        seed: The same seed gives the same interval.
        resamples: At least 50.

    Raises:
        InvalidArgument: An argument is outside its range, or the statistic is undefined on
            more than half of the resamples.

    Examples:
        >>> values = np.arange(100.0)
        >>> interval = bootstrap(lambda rows: values[rows].mean(), 100, confidence=0.95, seed=0, resamples=400)
        >>> 42 < interval.low < 46 < 53 < interval.high < 57
        True

    References:
        Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    check_confidence(confidence)
    if examples < 1 or resamples < 50:  # noqa: PLR2004 - fewer give no 95 % ends
        raise InvalidArgument(f"{examples=} must be at least 1 and {resamples=} at least 50")
    random = np.random.Generator(np.random.Philox(seed))
    values: list[Any] = []
    for _ in range(2 * resamples):
        value = statistic(random.integers(examples, size=examples))
        if np.isfinite(value):
            values.append(value)
        if len(values) == resamples:
            break
    else:
        raise InvalidArgument(
            f"the metric is undefined on {2 * resamples - len(values)} of {2 * resamples} resamples of the examples: "
            "too few of one class to say anything about it; add examples"
        )
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(low=float(low), high=float(high))
