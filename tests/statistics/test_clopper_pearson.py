from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.clopper_pearson import clopper_pearson

CONFIDENCES = st.floats(0.5, 0.9999)


@st.composite
def counts(draw: st.DrawFn, most: int = 400) -> tuple[int, int]:
    trials = draw(st.integers(1, most))
    return draw(st.integers(0, trials)), trials


@given(counts(), CONFIDENCES)
def test_interval_is_the_one_that_scipy_gives(count: tuple[int, int], confidence: float) -> None:
    successes, trials = count
    exact = binomtest(successes, trials).proportion_ci(confidence, method="exact")
    interval = clopper_pearson(successes, trials, confidence=confidence)
    assert (interval.low, interval.high) == pytest.approx((exact.low, exact.high), abs=1e-9)


@pytest.mark.parametrize("trials", [1, 2, 7, 30, 101])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_interval_covers_the_true_rate_as_often_as_promised(trials: int, confidence: float) -> None:
    intervals = [clopper_pearson(s, trials, confidence=confidence) for s in range(trials + 1)]
    low, high = np.array([i.low for i in intervals]), np.array([i.high for i in intervals])
    # The rates where coverage is least lie at the ends of the intervals.
    rates = np.unique(np.r_[np.linspace(0, 1, 301), low + 1e-9, high - 1e-9].clip(0, 1))
    seen = binom.pmf(np.arange(trials + 1), trials, rates[:, None])
    covers = (low <= rates[:, None]) & (rates[:, None] <= high)
    assert (seen * covers).sum(axis=1).min() >= confidence - 1e-9


@given(counts(), CONFIDENCES)
def test_interval_holds_the_observed_rate_and_lies_in_0_to_1(count: tuple[int, int], confidence: float) -> None:
    interval = clopper_pearson(*count, confidence=confidence)
    assert 0 <= interval.low <= count[0] / count[1] <= interval.high <= 1


@given(counts(), CONFIDENCES)
def test_one_more_success_moves_both_ends_up(count: tuple[int, int], confidence: float) -> None:
    successes, trials = count
    less = clopper_pearson(successes, trials + 1, confidence=confidence)
    more = clopper_pearson(successes + 1, trials + 1, confidence=confidence)
    assert less.low <= more.low
    assert less.high <= more.high


@given(counts(), CONFIDENCES)
def test_more_confidence_never_narrows(count: tuple[int, int], confidence: float) -> None:
    narrow, wide = (clopper_pearson(*count, confidence=c) for c in (confidence * 0.9, confidence))
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@given(counts(), CONFIDENCES)
def test_failures_are_the_mirror_of_successes(count: tuple[int, int], confidence: float) -> None:
    successes, trials = count
    interval = clopper_pearson(successes, trials, confidence=confidence)
    mirror = clopper_pearson(trials - successes, trials, confidence=confidence)
    assert (interval.low, interval.high) == pytest.approx((1 - mirror.high, 1 - mirror.low), abs=1e-9)


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (-1, 5), (6, 5), (0, -1)])
def test_counts_that_are_no_proportion_are_refused(successes: int, trials: int) -> None:
    with pytest.raises(InvalidArgument, match=f"{successes} of {trials} is not a proportion"):
        clopper_pearson(successes, trials, confidence=0.95)


@pytest.mark.parametrize("confidence", [0, 1, -0.5, 95, float("nan")])
def test_confidence_that_is_no_probability_is_refused(confidence: float) -> None:
    with pytest.raises(InvalidArgument, match="strictly between 0 and 1"):
        clopper_pearson(1, 2, confidence=confidence)
