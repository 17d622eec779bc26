from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.bootstrap import bootstrap
from pytest_robust.statistics.bounded_mean import bounded_mean
from pytest_robust.statistics.clopper_pearson import clopper_pearson

Floats = NDArray[np.float64]


def boxes(n: int, drop: float, random: np.random.Generator) -> Floats:
    """Return differences of the shares of an image's boxes that two detectors find; on average -0.8 drop."""
    there, rate = random.integers(1, 5, n), random.beta(4, 1, n)
    return (random.binomial(there, rate * (1 - drop)) - random.binomial(there, rate)) / there


def rare(n: int, drop: float, random: np.random.Generator) -> Floats:
    """Return differences of which nearly all are 0; on average -0.8 drop."""
    return -np.where(random.random(n) < drop, random.choice([0.6, 1.0], n), 0.0)


@pytest.mark.parametrize(("successes", "trials"), [(0, 30), (1, 30), (17, 60), (60, 60)])
def test_interval_of_zeros_and_ones_is_clopper_and_pearsons(successes: int, trials: int) -> None:
    values = np.repeat([1.0, 0.0], [successes, trials - successes])
    exact = clopper_pearson(successes, trials, confidence=0.95)
    found = bounded_mean(values, low=0, high=1, confidence=0.95, seed=0)
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=0.08 * (exact.high - exact.low))
    assert 0 <= found.low <= found.high <= 1


@pytest.mark.parametrize("draw", [boxes, rare])
@pytest.mark.parametrize(("trials", "runs"), [(20, 400), (100, 400), (2000, 150)])
@pytest.mark.parametrize("drop", [0.0, 0.02, 0.2])
def test_interval_of_paired_differences_covers_as_often_as_promised(
    draw: Callable[[int, float, np.random.Generator], Floats], trials: int, runs: int, drop: float
) -> None:
    random = np.random.default_rng(trials)
    found = [bounded_mean(draw(trials, drop, random), low=-1, high=1, confidence=0.95, seed=run) for run in range(runs)]
    covered = np.mean([one.low <= -0.8 * drop <= one.high for one in found])
    passed = np.mean([one.low > -0.8 * drop for one in found])
    # Three standard errors of the simulation.
    assert covered >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs)
    assert passed <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / runs)


def test_a_bootstrap_would_miss_what_no_example_shows() -> None:
    random, missed = np.random.default_rng(0), {"bootstrap": 0, "bounded": 0}
    for run in range(100):
        values = rare(20, 0.02, random)
        plain = bootstrap(lambda rows, v=values: v[rows].mean(), 20, confidence=0.95, seed=run, resamples=50)
        missed["bootstrap"] += plain.low > -0.016
        missed["bounded"] += bounded_mean(values, low=-1, high=1, confidence=0.95, seed=run).low > -0.016
    # Two of three such sets hold no example that changed: 0.98^20.
    assert missed["bootstrap"] > 55
    assert missed["bounded"] <= 5


def test_interval_holds_the_mean_and_narrows_to_the_normal_one() -> None:
    values = np.random.default_rng(1).beta(3, 2, 20_000)
    interval = bounded_mean(values, low=0, high=1, confidence=0.95, seed=0)
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert interval.low < values.mean() < interval.high
    assert interval.high - interval.low == pytest.approx(2 * half, rel=0.06)


def test_same_seed_same_interval_and_another_seed_another() -> None:
    values = np.random.default_rng(2).random(50)
    made = [bounded_mean(values, low=0, high=1, confidence=0.95, seed=seed) for seed in (3, 3, 4)]
    assert made[0] == made[1] != made[2]


def test_another_seed_moves_an_end_by_a_fiftieth_of_the_width() -> None:
    values = np.repeat([0.0, 0.5, 1.0], [20, 40, 40])
    made = [bounded_mean(values, low=0, high=1, confidence=0.95, seed=seed) for seed in range(40)]
    width = np.mean([one.high - one.low for one in made])
    for ends in ([one.low for one in made], [one.high for one in made]):
        # Twice the standard deviation; were it much less, more would be drawn than is worth the time.
        assert 0.5 < 2 * np.std(ends) / (width / 50) < 1.5


def test_another_unit_gives_the_same_interval_in_it() -> None:
    values = np.random.default_rng(3).random(40)
    one = bounded_mean(values, low=0, high=1, confidence=0.95, seed=0)
    unit = bounded_mean(8 * values - 3, low=-3, high=5, confidence=0.95, seed=0)
    assert (unit.low, unit.high) == pytest.approx((8 * one.low - 3, 8 * one.high - 3))


def test_the_ends_of_the_range_are_never_passed() -> None:
    interval = bounded_mean(np.full(7, 1 / 3), low=1 / 3, high=1, confidence=0.95, seed=0)
    assert interval.low == 1 / 3
    assert bounded_mean(np.ones(3), low=0, high=1, confidence=0.95, seed=0).high == 1


@pytest.mark.parametrize("values", [[], [0.5, 1.2], [-0.1], [np.nan]])
def test_values_outside_the_range_are_refused(values: list[float]) -> None:
    with pytest.raises(InvalidArgument, match="from 0 to 1"):
        bounded_mean(np.array(values), low=0, high=1, confidence=0.95, seed=0)


def test_confidence_that_is_no_probability_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="confidence=0"):
        bounded_mean(np.ones(3), low=0, high=1, confidence=0, seed=0)
