from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm, t

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.bounded_mean import bounded_mean
from pytest_robust.statistics.clopper_pearson import clopper_pearson
from pytest_robust.statistics.clustered import clustered_mean, independent_pairs
from pytest_robust.statistics.tango import score, tango


def drawn(random: np.random.Generator, count: int, rate: float, alike: float) -> NDArray[np.float64]:
    """Return each group's own rate, with the correlation `alike` within groups."""
    if alike == 0:
        return np.full(count, rate)
    return random.beta(rate * (1 - alike) / alike, (1 - rate) * (1 - alike) / alike, count)


def grouped(random: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Return the groups of examples, 1 to 12 of each."""
    return np.repeat(np.arange(count), random.choice([1, 2, 5, 12], count))


@pytest.mark.parametrize(("count", "runs"), [(20, 150), (200, 50)])
@pytest.mark.parametrize("alike", [0.0, 0.2, 0.7])
@pytest.mark.parametrize("rate", [0.7, 0.95, 0.99])
def test_interval_of_a_share_covers_as_often_as_promised(count: int, runs: int, alike: float, rate: float) -> None:
    random, covered = np.random.default_rng(count), 0
    for run in range(runs):
        groups = grouped(random, count)
        right = (random.random(len(groups)) < drawn(random, count, rate, alike)[groups]).astype(float)
        interval = clustered_mean(right, groups, low=0, high=1, confidence=0.95, seed=run)
        covered += interval.low <= rate <= interval.high
    # Three standard errors of the simulation.
    assert covered / runs >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs)


@pytest.mark.parametrize("count", [20, 50, 200])
@pytest.mark.parametrize("alike", [0.0, 0.2, 0.7])
@pytest.mark.parametrize("drop", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("also", [0.02, 0.1])
def test_interval_of_a_difference_covers_as_often_as_promised(
    count: int, alike: float, drop: float, also: float
) -> None:
    random, covered, passed, runs = np.random.default_rng(count), 0, 0, 400
    for _ in range(runs):
        groups = grouped(random, count)
        differs = random.random(len(groups)) < drawn(random, count, drop + also, alike)[groups]
        lost = random.random(len(groups)) < drawn(random, count, (drop + also / 2) / (drop + also), alike)[groups]
        difference = np.where(differs, np.where(lost, -1.0, 1.0), 0.0)
        pairs = independent_pairs(difference, groups, confidence=0.95)
        above = float(score(pairs.gained, pairs.lost, pairs.trials, -drop))
        covered += abs(above) <= norm.isf(0.025)
        passed += above > norm.isf(0.025)
    assert covered / runs >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs)
    assert passed / runs <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / runs)


def test_without_regard_to_groups_the_interval_would_be_too_narrow() -> None:
    random, covered = np.random.default_rng(0), 0
    for _ in range(200):
        groups = np.repeat(np.arange(50), 12)
        right = random.random(600) < drawn(random, 50, 0.9, 0.5)[groups]
        interval = clopper_pearson(int(right.sum()), 600, confidence=0.95)
        covered += interval.low <= 0.9 <= interval.high
    assert covered / 200 < 0.8


def test_groups_of_one_example_get_the_interval_of_independent_ones() -> None:
    values = np.random.default_rng(0).choice([0.0, 0.5, 1.0], 300)
    alone = clustered_mean(values, np.arange(300), low=0, high=1, confidence=0.95, seed=0)
    plain = bounded_mean(values, low=0, high=1, confidence=0.95, seed=1)
    assert (alone.low, alone.high) == pytest.approx((plain.low, plain.high), abs=0.006)
    difference = np.repeat([1.0, -1.0, 0.0], [20, 20, 260])
    assert independent_pairs(difference, np.arange(300), confidence=0.95).trials == pytest.approx(300, rel=0.01)


@pytest.mark.parametrize("size", [1, 3])
def test_where_no_example_is_right_the_upper_end_is_the_exact_one(size: int) -> None:
    # Of groups of one size that all have the lowest value, only the group that is added has another:
    # its share of the weights is Beta(1, n), as is Clopper and Pearson's upper end.
    exact = clopper_pearson(0, 20, confidence=0.95)
    groups = np.repeat(np.arange(20), size)
    found = clustered_mean(np.zeros(20 * size), groups, low=0, high=1, confidence=0.95, seed=0)
    assert (found.low, found.high) == (0, pytest.approx(exact.high, abs=0.008))
    turned = clustered_mean(np.ones(20 * size), groups, low=0, high=1, confidence=0.95, seed=1)
    assert (turned.low, turned.high) == (pytest.approx(1 - exact.high, abs=0.008), 1)


def test_another_unit_gives_the_same_interval_in_it_and_the_seed_decides_the_draws() -> None:
    values, groups = np.random.default_rng(0).random(60), np.repeat(np.arange(20), 3)
    one, same, other = (clustered_mean(values, groups, low=0, high=1, confidence=0.95, seed=seed) for seed in (0, 0, 1))
    assert one == same != other
    unit = clustered_mean(8 * values - 3, groups, low=-3, high=5, confidence=0.95, seed=0)
    assert (unit.low, unit.high) == pytest.approx((8 * one.low - 3, 8 * one.high - 3))


def test_groups_that_are_alike_are_worth_one_example_each() -> None:
    difference, groups = np.repeat([1.0, -1.0, 0.0], [50, 100, 850]), np.repeat(np.arange(200), 5)
    pairs = independent_pairs(difference, groups, confidence=0.95)
    assert pairs.trials == pytest.approx(200, rel=0.03)
    assert pairs.gained / pairs.trials == pytest.approx(0.05)
    few = tango(10, 20, 200, confidence=0.95)
    found = tango(pairs.gained, pairs.lost, pairs.trials, confidence=0.95)
    assert (found.low, found.high) == pytest.approx((few.low, few.high), abs=0.003)
    # No group differs from another: nothing is known of how alike the examples within one are.
    same = independent_pairs(np.zeros(1000), groups, confidence=0.95)
    assert same.trials == pytest.approx(200, rel=0.03)
    assert independent_pairs(np.zeros(9), np.zeros(9, int), confidence=0.95).trials <= 1


@pytest.mark.parametrize(
    ("sizes", "confidence"),
    [([5] * 30, 0.95), ([1, 2, 3, 4, 5] * 8, 0.9), ([1, 12, 2, 5] * 10, 0.99), ([9, 2, 1], 0.95), ([1, 1], 0.95)],
)
def test_the_worth_is_that_of_leaving_out_one_group_at_a_time(sizes: list[int], confidence: float) -> None:
    random, size, count = np.random.default_rng(5), sum(sizes) // len(sizes), len(sizes)
    assert size * count == sum(sizes)  # for then the two groups that are added are whole examples
    groups = np.repeat(np.arange(count), sizes)
    difference = np.where(
        random.random(len(groups)) < 0.1 + 0.4 * (groups % 2), random.choice([1.0, -1.0, -1.0], len(groups)), 0.0
    )
    difference[-1] = 1.0
    whole = np.concatenate([difference, np.ones(size), -np.ones(size)])
    of = np.concatenate([groups, np.full(size, count), np.full(size, count + 1)])
    without = np.array([whole[of != one].mean() for one in range(count + 2)])
    variance = (count + 1) / (count + 2) * ((without - whole.mean()) ** 2).sum()
    alike = max(variance / (whole.var() / len(whole)), 1)
    freedom = max(1 / (np.bincount(groups) / len(groups) @ np.bincount(groups) / len(groups)) - 1, 1)
    tail = (1 - confidence) / 2
    wanted = len(groups) / alike * (t.isf(tail, max(len(groups) - 1, 1)) / t.isf(tail, freedom)) ** 2
    found = independent_pairs(difference, groups, confidence=confidence)
    assert found.trials == pytest.approx(wanted)
    assert found.gained == pytest.approx(wanted * (difference > 0).mean())
    assert found.lost == pytest.approx(wanted * (difference < 0).mean())


def test_what_does_not_fit_is_refused() -> None:
    for values, groups in ((np.zeros(3), np.zeros(2, int)), (np.zeros(0), np.zeros(0, int))):
        with pytest.raises(InvalidArgument, match="as many groups"):
            clustered_mean(values, groups, low=0, high=1, confidence=0.95, seed=0)
        with pytest.raises(InvalidArgument, match="as many groups"):
            independent_pairs(values, groups, confidence=0.95)
    with pytest.raises(InvalidArgument, match="from 0 to 1"):
        clustered_mean(np.full(2, 2.0), np.arange(2), low=0, high=1, confidence=0.95, seed=0)
    with pytest.raises(InvalidArgument, match="confidence=1"):
        independent_pairs(np.zeros(2), np.arange(2), confidence=1)
