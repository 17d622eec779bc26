"""Intervals of numbers that no formula covers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Integers
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Interval
from pytest_robust.statistics._checks import check_confidence

__all__ = ["RESAMPLES", "bootstrap"]

RESAMPLES = 200
"""As many as a metric gets that nobody counted for: one of scikit-learn takes about a millisecond."""


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], float],
    examples: int,
    *,
    confidence: float,
    seed: int,
    resamples: int,
    groups: Integers | None = None,
) -> Interval:
    """Return the percentile interval of a statistic over resampled examples, or over resampled groups of them.

    A resample on which the statistic is undefined (one class only, for ROC AUC) is drawn
    again, at most as often as there are resamples.

    Args:
        statistic: Takes (n,) row numbers drawn with replacement, returns a number or NaN.
        examples: How many rows there are, at least 1.
        confidence: Coverage aimed at, strictly between 0 and 1; approximate for few examples.
        seed: The same seed gives the same interval.
        resamples: At least 50.
        groups: (examples,) the group of each: whole groups are drawn, as many as there are.

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
    draw = _of_examples(examples, random) if groups is None else _of_groups(groups, random)
    values: list[Any] = []
    for _ in range(2 * resamples):
        value = statistic(draw())
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


def _of_examples(examples: int, random: np.random.Generator) -> Callable[[], NDArray[np.int64]]:
    """Return what draws as many rows as there are, with replacement."""
    return lambda: random.integers(examples, size=examples)


def _of_groups(groups: Integers, random: np.random.Generator) -> Callable[[], NDArray[np.int64]]:
    """Return what draws the rows of as many groups as there are, with replacement."""
    sizes = np.unique(groups, return_counts=True)[1]
    members: list[NDArray[np.int64]] = np.split(np.argsort(groups, kind="stable"), np.cumsum(sizes)[:-1])
    return lambda: np.concatenate([members[group] for group in random.integers(len(members), size=len(members))])
