from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import multinomial, norm

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.tango import tango


@st.composite
def pairs(draw: st.DrawFn, most: int = 200) -> tuple[int, int, int]:
    trials = draw(st.integers(2, most))
    gained = draw(st.integers(0, trials))
    return gained, draw(st.integers(0, trials - gained)), trials


def independent(gained: int, lost: int, trials: int, confidence: float) -> tuple[float, float]:
    """Return the score interval, its constrained likelihood maximised by search instead of by formula."""
    same, z = trials - gained - lost, norm.isf((1 - confidence) / 2)

    def statistic(delta: float) -> float:
        # q: rate of `lost`; that of `gained` is q + delta; both in the simplex.
        low, high = max(0.0, -delta), (1 - delta) / 2

        def unlikely(q: float) -> float:
            terms = ((gained, q + delta), (lost, q), (same, 1 - 2 * q - delta))
            return -sum(n * np.log(max(p, 1e-300)) for n, p in terms if n)

        q = minimize_scalar(unlikely, bounds=(low, high), method="bounded", options={"xatol": 1e-13}).x
        return float((gained - lost - trials * delta) / np.sqrt(trials * (2 * q + delta - delta**2)))

    value = (gained - lost) / trials
    return (
        brentq(lambda d: statistic(d) - z, -1 + 1e-6, value - 1e-7),
        brentq(lambda d: statistic(d) + z, value + 1e-7, 1 - 1e-6),
    )


@pytest.mark.parametrize(
    ("gained", "lost", "trials"),
    [(12, 3, 100), (3, 12, 100), (1, 0, 40), (0, 0, 30), (5, 5, 20), (40, 2, 60), (9, 1, 10)],
)
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_interval_is_that_of_the_likelihood_maximised_by_search(
    gained: int, lost: int, trials: int, confidence: float
) -> None:
    low, high = independent(gained, lost, trials, confidence)
    interval = tango(gained, lost, trials, confidence=confidence)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=2e-5)


@pytest.mark.parametrize("trials", [20, 60, 200, 500])
@pytest.mark.parametrize("drop", [0.0, 0.02, 0.1, 0.2])
def test_interval_covers_the_difference_about_as_often_as_promised(trials: int, drop: float) -> None:
    random = np.random.default_rng(trials)
    for lost in (0.02, 0.1):
        draws = multinomial.rvs(trials, [lost + drop, lost, 1 - 2 * lost - drop], size=4000, random_state=random)
        kinds, times = np.unique(draws[:, :2], axis=0, return_counts=True)
        intervals = [tango(int(g), int(b), trials, confidence=0.95) for g, b in kinds]
        covered = np.array([i.low <= drop <= i.high for i in intervals])
        assert (covered * times).sum() / 4000 > 0.935


@given(pairs(), st.floats(0.5, 0.999))
def test_interval_holds_the_observed_difference_and_turns_with_the_sides(
    pair: tuple[int, int, int], confidence: float
) -> None:
    gained, lost, trials = pair
    interval, turned = tango(*pair, confidence=confidence), tango(lost, gained, trials, confidence=confidence)
    assert -1 <= interval.low <= (gained - lost) / trials <= interval.high <= 1
    assert (interval.low, interval.high) == pytest.approx((-turned.high, -turned.low), abs=1e-6)


@given(pairs(), st.floats(0.5, 0.99))
def test_more_confidence_never_narrows(pair: tuple[int, int, int], confidence: float) -> None:
    narrow, wide = (tango(*pair, confidence=c) for c in (confidence * 0.9, confidence))
    assert wide.low <= narrow.low + 1e-9
    assert narrow.high <= wide.high + 1e-9


@given(pairs())
@settings(max_examples=60)
def test_more_examples_at_the_same_rates_narrow(pair: tuple[int, int, int]) -> None:
    gained, lost, trials = pair
    few, many = tango(*pair, confidence=0.95), tango(10 * gained, 10 * lost, 10 * trials, confidence=0.95)
    assert many.high - many.low < few.high - few.low


@pytest.mark.parametrize("trials", [1, 2, 1000, 100_000])
def test_the_corners_have_intervals(trials: int) -> None:
    assert tango(trials, 0, trials, confidence=0.95).high == 1
    assert tango(0, trials, trials, confidence=0.95).low == -1
    none = tango(0, 0, trials, confidence=0.95)
    # Without discordant pairs the interval is that of z**2 / (n + z**2).
    wanted = 1.959964**2 / (trials + 1.959964**2)
    assert (none.low, none.high) == pytest.approx((-wanted, wanted), abs=1e-6)


@pytest.mark.parametrize(("gained", "lost", "trials"), [(0, 0, 0), (-1, 0, 3), (0, -1, 3), (2, 2, 3)])
def test_counts_that_do_not_fit_each_other_are_refused(gained: int, lost: int, trials: int) -> None:
    with pytest.raises(InvalidArgument, match="do not fit each other"):
        tango(gained, lost, trials, confidence=0.95)


def test_confidence_that_is_no_probability_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="confidence=95"):
        tango(1, 0, 2, confidence=95)
