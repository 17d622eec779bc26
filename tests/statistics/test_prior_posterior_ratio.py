"""The error of the sequential rule is computed exactly, by following all paths at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from math import comb, inf, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.prior_posterior_ratio import Side, anytime_interval, excluded, side_of


@st.composite
def looks(draw: st.DrawFn, most: int = 300) -> tuple[int, int, int, int]:
    """Draw (needed, successes, looked, population)."""
    population = draw(st.integers(1, most))
    looked = draw(st.integers(0, population))
    return draw(st.integers(0, population + 1)), draw(st.integers(0, looked)), looked, population


ERRORS = st.sampled_from([0.2, 0.05, 0.01, 0.001])


@lru_cache
def boundaries(needed: int, looked: int, population: int, error: float) -> tuple[int, int]:
    """Return the most successes that say BELOW (-1: none) and the fewest that say AT_LEAST."""

    def fewest(wanted: Iterable[Side]) -> int:
        low, high = 0, looked + 1
        while low < high:
            middle = (low + high) // 2
            if side_of(needed, middle, looked, population, error=error) in wanted:
                high = middle
            else:
                low = middle + 1
        return low

    return fewest((Side.OPEN, Side.AT_LEAST)) - 1, fewest((Side.AT_LEAST,))


@dataclass(frozen=True)
class Fate:
    """What becomes of a sequential verdict: the chance of each side, and the examples used."""

    at_least: float
    below: float
    median: int


def fate(needed: int, true: int, population: int, error: float, looks_at: Iterable[int]) -> Fate:
    """Follow the number of successes through draws without replacement, stopping where the rule says."""
    looks_at = set(looks_at)
    alive = np.zeros(population + 2)
    alive[0] = 1.0
    sides = {"at_least": 0.0, "below": 0.0}
    count = np.arange(population + 2)
    median = 0
    for looked in range(1, population + 1):
        hit = np.clip(true - count, 0, None) / (population - looked + 1)
        alive = np.r_[0.0, (alive * hit)[:-1]] + alive * np.clip(1 - hit, 0, 1)
        if looked in looks_at:
            below, above = boundaries(needed, looked, population, error)
            sides["below"] += alive[: below + 1].sum()
            sides["at_least"] += alive[above:].sum()
            alive[: below + 1] = 0
            alive[above:] = 0
        left = alive.sum()
        if not median and left <= 0.5:
            median = looked
        if left < 1e-9:
            break
    return Fate(**sides, median=median)


def growing(population: int) -> list[int]:
    """Return looks at 32, 64, ... by at most 256, and at the end: as the judge looks."""
    points = [32]
    while points[-1] < population:
        points.append(min(points[-1] + min(points[-1], 256), population))
    return points


@pytest.mark.parametrize("population", [1, 2, 5, 9])
@pytest.mark.parametrize("error", [0.3, 0.05])
def test_a_count_is_excluded_exactly_when_its_posterior_is_that_much_below_the_prior(
    population: int, error: float
) -> None:
    level = Fraction(error)
    for looked in range(population + 1):
        for successes in range(looked + 1):
            ways = [comb(k, successes) * comb(population - k, looked - successes) for k in range(population + 1)]
            for count in range(population + 1):
                posterior = Fraction(ways[count], sum(ways))
                ratio = inf if posterior == 0 else Fraction(1, population + 1) / posterior
                if ratio != inf and abs(ratio * level - 1) < 1e-9:
                    continue  # on the edge, where rounding may say either
                said = excluded(count, successes, looked, population, error=error)
                assert said == (ratio >= 1 / level), (count, successes, looked)


@given(looks(), ERRORS)
def test_at_least_means_that_every_smaller_count_is_excluded(look: tuple[int, int, int, int], error: float) -> None:
    needed, *seen = look
    side = side_of(needed, *seen, error=error)
    population = seen[-1]
    if side is Side.AT_LEAST:
        assert all(excluded(count, *seen, error=error) for count in range(needed))
    elif side is Side.BELOW:
        assert all(excluded(count, *seen, error=error) for count in range(needed, population + 1))
    else:
        assert not all(excluded(count, *seen, error=error) for count in range(needed))
        assert not all(excluded(count, *seen, error=error) for count in range(needed, population + 1))


@pytest.mark.parametrize("error", [0.3, 0.05])
def test_of_few_examples_a_side_is_told_exactly_where_all_counts_on_the_other_are_excluded(error: float) -> None:
    told = 0
    for population in range(1, 12):
        for looked in range(1, population + 1):
            for successes in range(looked + 1):
                seen = (successes, looked, population)
                out = [excluded(count, *seen, error=error) for count in range(population + 1)]
                for needed in range(population + 2):
                    side = side_of(needed, *seen, error=error)
                    assert (side is Side.AT_LEAST) == all(out[:needed]), (needed, seen)
                    assert (side is Side.BELOW) == all(out[needed:]), (needed, seen)
                    told += 0 < needed <= population and side is not Side.OPEN
    assert told


@given(looks(), ERRORS)
def test_when_everything_was_seen_the_answer_is_exact(look: tuple[int, int, int, int], error: float) -> None:
    needed, _, looked, _ = look
    for successes in {0, looked // 2, looked}:
        assume(needed <= looked + 1)
        wanted = Side.AT_LEAST if successes >= needed else Side.BELOW
        assert side_of(needed, successes, looked, looked, error=error) is wanted


@given(looks(), ERRORS)
def test_more_successes_never_move_the_answer_down(look: tuple[int, int, int, int], error: float) -> None:
    needed, successes, looked, population = look
    assume(successes < looked)
    order = [Side.BELOW, Side.OPEN, Side.AT_LEAST]
    less, more = (side_of(needed, s, looked, population, error=error) for s in (successes, successes + 1))
    assert order.index(less) <= order.index(more)


@given(looks())
def test_a_smaller_error_never_decides_earlier(look: tuple[int, int, int, int]) -> None:
    strict, loose = (side_of(*look, error=error) for error in (0.001, 0.05))
    assert strict in {Side.OPEN, loose}


@given(looks(), ERRORS)
def test_failures_are_the_mirror_of_successes(look: tuple[int, int, int, int], error: float) -> None:
    needed, successes, looked, population = look
    other = {Side.AT_LEAST: Side.BELOW, Side.BELOW: Side.AT_LEAST, Side.OPEN: Side.OPEN}
    mirrored = side_of(population + 1 - needed, looked - successes, looked, population, error=error)
    assert side_of(needed, successes, looked, population, error=error) is other[mirrored]


@given(st.integers(1, 50), ERRORS)
def test_nothing_is_known_before_the_first_look(population: int, error: float) -> None:
    for needed in range(1, population + 1):
        assert side_of(needed, 0, 0, population, error=error) is Side.OPEN
    assert side_of(0, 0, 0, population, error=error) is Side.AT_LEAST
    assert side_of(population + 1, 0, 0, population, error=error) is Side.BELOW


@pytest.mark.parametrize("error", [0.05, 0.001])
@pytest.mark.parametrize(("population", "needed"), [(1000, 600), (1000, 970), (1500, 15)])
def test_looking_after_every_example_errs_no_oftener_than_promised(population: int, needed: int, error: float) -> None:
    every = range(1, population + 1)
    right = fate(needed, needed, population, error, every)
    wrong = fate(needed, needed - 1, population, error, every)
    assert right.at_least + right.below == pytest.approx(1)
    assert right.below <= error
    assert wrong.at_least <= error
    # Presence: a rule that never stops early would pass as well.
    assert max(right.below, wrong.at_least) > error / 100


@pytest.mark.parametrize("error", [0.05, 0.001])
def test_looking_at_growing_batches_errs_no_oftener_than_promised(error: float) -> None:
    population, needed = 1500, 900
    assert fate(needed, needed, population, error, growing(population)).below <= error
    assert fate(needed, needed - 1, population, error, growing(population)).at_least <= error


@pytest.mark.parametrize(("error", "runs"), [(0.05, 4000), (0.001, 12000)])
@pytest.mark.parametrize("short", [0, 1])
def test_simulated_verdicts_differ_from_the_full_evaluation_no_oftener_than_promised(
    error: float, runs: int, short: int
) -> None:
    population, needed = 1000, 600
    below, above = np.array([boundaries(needed, n, population, error) for n in range(1, population + 1)]).T
    random = np.random.default_rng(7)
    wrong = 0
    for _ in range(runs // 1000):
        scores = np.broadcast_to(np.arange(population) < needed - short, (1000, population))
        seen = np.cumsum(random.permuted(scores, axis=1), axis=1, dtype=np.int16)
        low, high = seen <= below, seen >= above
        first_low = np.where(low.any(axis=1), low.argmax(axis=1), population)
        first_high = np.where(high.any(axis=1), high.argmax(axis=1), population)
        assert (first_low != first_high).all()
        wrong += int(((first_high < first_low) if short else (first_low < first_high)).sum())
    assert wrong / runs <= error + 3 * sqrt(error * (1 - error) / runs)


@pytest.mark.parametrize(
    ("true", "least", "most"), [(0.75, 120, 256), (0.9, 25, 80), (0.3, 25, 80), (0.65, 1000, 2400)]
)
def test_a_clear_answer_takes_a_small_part_of_ten_thousand_examples(true: float, least: int, most: int) -> None:
    # DESIGN.md section 4 simulated 176, 48, 48 and 1792.
    found = fate(6000, round(true * 10_000), 10_000, 0.001, growing(10_000)[:20])
    assert least <= found.median <= most


@pytest.mark.parametrize(
    ("count", "successes", "looked", "population"),
    [(0, 2, 1, 5), (0, -1, 1, 5), (0, 1, 6, 5), (-1, 1, 2, 5), (6, 1, 2, 5)],
)
def test_counts_that_do_not_fit_each_other_are_refused(
    count: int, successes: int, looked: int, population: int
) -> None:
    with pytest.raises(InvalidArgument, match="do not fit each other"):
        excluded(count, successes, looked, population, error=0.01)


@pytest.mark.parametrize("seen", [(2, 1, 5), (-1, 1, 5), (1, 6, 5)])
@pytest.mark.parametrize("needed", [0, 3, 6])
def test_a_side_of_counts_that_do_not_fit_each_other_is_refused(needed: int, seen: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidArgument, match="do not fit each other"):
        side_of(needed, *seen, error=0.01)


@pytest.mark.parametrize("error", [0, 1, -0.1, float("nan")])
def test_an_error_that_is_no_probability_is_refused(error: float) -> None:
    for rule in (excluded, side_of):
        with pytest.raises(InvalidArgument, match="strictly between 0 and 1"):
            rule(1, 1, 2, 5, error=error)


@pytest.mark.parametrize("rate", [0.03, 0.5, 0.9])
def test_anytime_interval_covers_the_rate_at_all_times_together_as_often_as_promised(rate: float) -> None:
    confidence, most = 0.9, 500
    alive, lost = np.zeros(most + 2), 0.0
    alive[0] = 1.0
    for trials in range(1, most + 1):
        alive = np.r_[0.0, alive[:-1] * rate] + alive * (1 - rate)
        covers = [alive[s] == 0 or _covers(s, trials, rate, confidence) for s in _candidates(trials, rate)]
        outside = np.ones(most + 2, dtype=bool)
        outside[[s for s, inside in zip(_candidates(trials, rate), covers, strict=True) if inside]] = False
        lost += alive[outside].sum()
        alive[outside] = 0
    assert lost <= 1 - confidence
    assert lost > (1 - confidence) / 20


def _candidates(trials: int, rate: float) -> range:
    # Beyond five sigma the interval is far away; counting these as not covered is the safe side.
    reach = 5 * sqrt(trials * rate * (1 - rate)) + 4
    return range(max(0, int(trials * rate - reach)), min(trials, int(trials * rate + reach)) + 1)


@cache
def _covers(successes: int, trials: int, rate: float, confidence: float) -> bool:
    interval = anytime_interval(successes, trials, confidence=confidence)
    return interval.low <= rate <= interval.high


@given(st.integers(1, 10**7), st.floats(0, 1), st.sampled_from([0.5, 0.95, 0.9999]))
def test_anytime_interval_holds_the_observed_rate_for_any_number_of_trials(
    trials: int, share: float, confidence: float
) -> None:
    for successes in {0, min(1, trials), round(share * trials), trials - 1, trials}:
        interval = anytime_interval(successes, trials, confidence=confidence)
        assert 0 <= interval.low <= successes / trials <= interval.high <= 1


@given(st.integers(1, 2000), st.floats(0, 1), st.floats(0.5, 0.999))
@settings(max_examples=50)
def test_anytime_interval_is_the_limit_of_the_rule_for_a_large_population(
    trials: int, share: float, confidence: float
) -> None:
    successes, population = round(share * trials), 10**9
    interval = anytime_interval(successes, trials, confidence=confidence)
    seen = (successes, trials, population)
    for end, outward in ((interval.low, -1), (interval.high, 1)):
        if 1e-5 < end < 1 - 1e-5:
            gap = 1e-3 * min(end, 1 - end)
            assert excluded(round((end + outward * gap) * population), *seen, error=1 - confidence)
            assert not excluded(round((end - outward * gap) * population), *seen, error=1 - confidence)


@pytest.mark.parametrize(("successes", "trials"), [(1, 3), (90, 100), (1, 100), (99, 100), (5000, 10_000)])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_at_an_end_of_the_anytime_interval_what_was_seen_is_that_much_rarer_than_by_the_prior(
    successes: int, trials: int, confidence: float
) -> None:
    # By the uniform prior all counts are as likely: 1 in trials + 1.
    interval = anytime_interval(successes, trials, confidence=confidence)
    rarer = binom.pmf(successes, trials, [interval.low, interval.high]) * (trials + 1)
    assert rarer == pytest.approx(1 - confidence, rel=1e-6)
    assert interval.low < successes / trials < interval.high


@pytest.mark.parametrize("trials", [1, 7, 1000])
def test_where_all_are_alike_an_end_of_the_anytime_interval_is_a_root(trials: int) -> None:
    # p^n = (1 - confidence) / (n + 1)
    low = (0.05 / (trials + 1)) ** (1 / trials)
    right, wrong = (anytime_interval(s, trials, confidence=0.95) for s in (trials, 0))
    assert (right.low, right.high) == (pytest.approx(low), 1)
    assert (wrong.low, wrong.high) == (0, pytest.approx(1 - low))


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (3, 2), (-1, 2)])
def test_anytime_interval_refuses_counts_that_are_no_proportion(successes: int, trials: int) -> None:
    with pytest.raises(InvalidArgument, match="not a proportion"):
        anytime_interval(successes, trials, confidence=0.95)
