from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaln, xlogy
from scipy.stats import norm

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.tango import not_below, score, tango


@st.composite
def pairs(draw: st.DrawFn, most: int = 200) -> tuple[int, int, int]:
    trials = draw(st.integers(2, most))
    gained = draw(st.integers(0, trials))
    return gained, draw(st.integers(0, trials - gained)), trials


def searched(gained: int, lost: int, trials: int, delta: float) -> float:
    """Return the score, its constrained likelihood maximised by search instead of by formula."""
    # q: rate of `lost`; that of `gained` is q + delta; both in the simplex.
    low, high, same = max(0.0, -delta), (1 - delta) / 2, trials - gained - lost

    def unlikely(q: float) -> float:
        terms = ((gained, q + delta), (lost, q), (same, 1 - 2 * q - delta))
        return -sum(n * np.log(max(p, 1e-300)) for n, p in terms if n)

    q = minimize_scalar(unlikely, bounds=(low, high), method="bounded", options={"xatol": 1e-13}).x
    apart = gained - lost - trials * delta
    nearer = np.sign(apart) * max(abs(apart) - 0.5, 0)
    return float(nearer / np.sqrt(trials * (2 * q + delta - delta**2)))


def independent(gained: int, lost: int, trials: int, confidence: float) -> tuple[float, float]:
    """Return the interval of the scores that are found by search."""
    z = norm.isf((1 - confidence) / 2)
    value = (gained - lost) / trials
    return (
        brentq(lambda d: searched(gained, lost, trials, d) - z, -1 + 1e-6, value - 1e-7),
        brentq(lambda d: searched(gained, lost, trials, d) + z, value + 1e-7, 1 - 1e-6),
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


@pytest.mark.parametrize(("gained", "lost", "trials"), [(12, 3, 100), (1, 0, 40), (0, 1, 40), (9, 1, 10)])
def test_score_is_that_of_the_likelihood_maximised_by_search(gained: int, lost: int, trials: int) -> None:
    supposed = np.array([-0.9, -0.2, -0.02, -0.005, 0.005, 0.02, 0.2, 0.9])
    wanted = [searched(gained, lost, trials, delta) for delta in supposed]
    assert score(gained, lost, trials, supposed) == pytest.approx(wanted, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int64, np.float32])
def test_score_takes_counts_of_any_type(kind: type[np.generic]) -> None:
    counts = (np.array(count, kind) for count in (12, 3, 100))
    assert float(score(*counts, -0.5)) == pytest.approx(float(score(12.0, 3.0, 100.0, -0.5)))


Law = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def law(trials: int, gain: float, loss: float) -> Law:
    """Return all counts of gained and lost that matter, and how likely each is."""

    def likely(rate: float) -> NDArray[np.int64]:
        reach = 7 * np.sqrt(trials * rate * (1 - rate)) + 12
        return np.arange(max(0, int(trials * rate - reach)), min(trials, int(trials * rate + reach) + 1) + 1)

    gained, lost = (side.ravel() for side in np.meshgrid(likely(gain), likely(loss)))
    fits = gained + lost <= trials
    gained, lost = gained[fits], lost[fits]
    counts = np.stack([gained, lost, trials - gained - lost])
    rates = np.array([gain, loss, 1 - gain - loss])[:, None]
    chance = np.exp(gammaln(trials + 1) + (xlogy(counts, rates) - gammaln(counts + 1)).sum(axis=0))
    assert chance.sum() == pytest.approx(1, abs=1e-9)
    return gained, lost, chance


def tails(trials: int, drop: float, also: float, z: float) -> tuple[float, float]:
    """Return how often the whole interval lies above the true difference, and below it.

    An interval holds the differences whose score is within z, so that none needs to be computed.

    Args:
        trials: Examples.
        drop: By how much more is lost than gained.
        also: The share of pairs that differ beyond the drop.
        z: The quantile of the interval's confidence.
    """
    gained, lost, chance = law(trials, also / 2, drop + also / 2)
    scores = score(gained, lost, trials, -drop)
    return float(chance[scores > z].sum()), float(chance[scores < -z].sum())


@pytest.mark.parametrize("trials", [20, 30, 50, 100, 200, 500, 1000, 2000])
@pytest.mark.parametrize(
    ("confidence", "least", "most_above", "most_below"),
    # Nominal; at 99 % it falls short by 0.02 %. The tail below is the lesser evil: a FAIL too many.
    [(0.9, 0.9, 0.05, 0.0625), (0.95, 0.95, 0.025, 0.035), (0.99, 0.9898, 0.0055, 0.0095)],
)
def test_interval_covers_the_difference_as_often_as_promised(
    trials: int, confidence: float, least: float, most_above: float, most_below: float
) -> None:
    # Computed over all outcomes, not simulated: no chance, no seed, no tolerance for either.
    z = norm.isf((1 - confidence) / 2)
    few = [1 / trials, 3 / trials, 8 / trials]
    for drop in (0.0, *few, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2):
        for also in (0.0, *few, 0.02, 0.1, 0.3):
            above, below = tails(trials, drop, also, z)
            assert 1 - above - below >= least, (drop, also)
            # The whole interval above the truth: a drop beyond the margin passes.
            assert above <= most_above, (drop, also)
            assert below <= most_below, (drop, also)


@pytest.mark.parametrize(("gained", "lost", "trials"), [(0, 0, 50), (3, 9, 80), (30, 10, 300), (5, 0, 20)])
def test_a_difference_lies_in_the_interval_exactly_where_its_score_is_small(
    gained: int, lost: int, trials: int
) -> None:
    interval, z = tango(gained, lost, trials, confidence=0.95), norm.isf(0.025)
    supposed = np.linspace(-0.99, 0.99, 1999)
    inside = (supposed >= interval.low) & (supposed <= interval.high)
    np.testing.assert_array_equal(inside, np.abs(score(gained, lost, trials, supposed)) <= z)


def test_the_uncorrected_interval_would_cover_less_than_promised() -> None:
    gained, lost, chance = law(200, 0.005, 0.025)
    apart = gained - lost + 200 * 0.02
    # What the correction took off is put on again.
    standard = score(gained, lost, 200, -0.02)
    with np.errstate(invalid="ignore"):
        plain = np.where(np.abs(apart) > 0.5, standard * np.abs(apart) / (np.abs(apart) - 0.5), 0)
    assert chance[np.abs(plain) <= norm.isf(0.025)].sum() < 0.94
    assert chance[np.abs(standard) <= norm.isf(0.025)].sum() >= 0.95


@given(pairs(), st.floats(-0.3, 0.3), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_p_value_is_small_exactly_where_the_interval_clears_the_margin(
    pair: tuple[int, int, int], margin: float, confidence: float
) -> None:
    low = tango(*pair, confidence=confidence).low
    assume(abs(low + margin) > 1e-9)
    assert (not_below(*pair, margin=margin) < (1 - confidence) / 2) == (low > -margin)


def test_the_p_value_is_that_of_mcnemar_corrected_by_half_a_step() -> None:
    # Without a margin the most likely rate of both is (g + l) / 2n.
    assert not_below(15, 4, 100, margin=0) == pytest.approx(norm.sf((11 - 0.5) / np.sqrt(19)))


def test_a_margin_next_to_all_is_borne() -> None:
    # So near to 1 that rounding leaves no variance.
    assert not_below(1, 3, 10, margin=np.nextafter(1, 0)) == 0


@pytest.mark.parametrize("margin", [-1, 1, 5, float("nan")])
def test_a_margin_that_is_no_share_is_refused(margin: float) -> None:
    with pytest.raises(InvalidArgument, match="a share of the examples"):
        not_below(1, 2, 10, margin=margin)


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
    # Without discordant pairs an end solves (n d - 1/2)^2 = z^2 n d (1 - d).
    z2 = 1.959964**2
    wanted = min(np.roots([trials * (trials + z2), -trials * (1 + z2), 0.25]).real.max(), 1)
    assert (none.low, none.high) == pytest.approx((-wanted, wanted), abs=1e-6)


@pytest.mark.parametrize(("gained", "lost", "trials"), [(0, 0, 0), (-1, 0, 3), (0, -1, 3), (2, 2, 3)])
def test_counts_that_do_not_fit_each_other_are_refused(gained: int, lost: int, trials: int) -> None:
    with pytest.raises(InvalidArgument, match="do not fit each other"):
        tango(gained, lost, trials, confidence=0.95)


def test_confidence_that_is_no_probability_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="confidence=95"):
        tango(1, 0, 2, confidence=95)
