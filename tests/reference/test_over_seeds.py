"""The interval of a mean over seeds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from reference_models.over_seeds import t_interval


def test_interval_is_students() -> None:
    values = [0.1, 0.12, 0.09, 0.13, 0.11]
    interval = t_interval(values)
    low, high = stats.t.interval(0.95, 4, loc=np.mean(values), scale=stats.sem(values))
    assert (interval.low, interval.high) == pytest.approx((low, high))


def test_interval_covers_the_mean_as_often_as_promised() -> None:
    draws = np.random.default_rng(0).normal(3.0, 2.0, size=(2000, 5))
    covered = np.mean([one.low <= 3.0 <= one.high for one in map(t_interval, draws)])
    assert stats.binomtest(round(covered * 2000), 2000, 0.95).pvalue > 0.01


def test_one_training_says_nothing_of_the_next() -> None:
    with pytest.raises(ValueError, match="1 value: what varies over seeds shows from two on"):
        t_interval([0.5])
