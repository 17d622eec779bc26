from __future__ import annotations

from math import nan

import numpy as np
import pytest
from numpy.typing import NDArray

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.bootstrap import bootstrap


def test_interval_covers_the_mean_about_as_often_as_promised() -> None:
    random, covered = np.random.default_rng(0), 0
    for run in range(300):
        values = random.beta(5, 2, size=80)
        interval = bootstrap(lambda rows, v=values: v[rows].mean(), 80, confidence=0.9, seed=run, resamples=200)
        covered += interval.low <= 5 / 7 <= interval.high
    assert 0.84 < covered / 300 < 0.95


def test_interval_of_a_mean_is_near_the_normal_one() -> None:
    values = np.random.default_rng(1).normal(size=500)
    interval = bootstrap(lambda rows: values[rows].mean(), 500, confidence=0.95, seed=0, resamples=2000)
    wanted = values.mean() + 1.96 * values.std() / np.sqrt(500) * np.array([-1, 1])
    assert (interval.low, interval.high) == pytest.approx(wanted, abs=0.01)


def test_same_seed_same_interval_and_another_seed_another() -> None:
    values = np.random.default_rng(2).random(50)

    def of(seed: int) -> object:
        return bootstrap(lambda rows: values[rows].mean(), 50, confidence=0.95, seed=seed, resamples=60)

    assert of(3) == of(3) != of(4)


def test_rows_are_drawn_with_replacement_from_all() -> None:
    seen: list[NDArray[np.int64]] = []
    bootstrap(lambda rows: float(len(seen.append(rows) or [])), 6, confidence=0.5, seed=0, resamples=60)
    assert {len(rows) for rows in seen} == {6}
    assert set(np.concatenate(seen)) == set(range(6))
    assert any(len(set(rows)) < 6 for rows in seen)


def test_undefined_resamples_are_drawn_again() -> None:
    values = np.array([0.0] * 5 + [1.0] * 15)
    calls: list[int] = []

    def undefined_now_and_then(rows: NDArray[np.int64]) -> float:
        calls.append(1)
        return nan if values[rows].mean() > 0.8 else float(values[rows].mean())

    interval = bootstrap(undefined_now_and_then, 20, confidence=0.9, seed=0, resamples=100)
    assert len(calls) > 100
    assert 0 < interval.low < interval.high <= 0.8


def test_a_metric_that_is_mostly_undefined_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="undefined on 200 of 200 resamples.*add examples"):
        bootstrap(lambda _: nan, 3, confidence=0.95, seed=0, resamples=100)


@pytest.mark.parametrize("undefined", [0, 1, 99, 100, 101])
def test_as_many_undefined_resamples_are_borne_as_are_wanted(undefined: int) -> None:
    made = iter([nan] * undefined + [1.0] * 100)
    if undefined <= 100:
        assert bootstrap(lambda _: next(made), 3, confidence=0.95, seed=0, resamples=100).low == 1
    else:
        with pytest.raises(InvalidArgument, match="undefined on 101 of 200 resamples"):
            bootstrap(lambda _: next(made), 3, confidence=0.95, seed=0, resamples=100)


def test_the_ends_are_the_quantiles_of_the_resamples() -> None:
    made = iter(np.random.default_rng(0).permutation(101))
    interval = bootstrap(lambda _: next(made), 5, confidence=0.9, seed=0, resamples=101)
    assert (interval.low, interval.high) == pytest.approx((5, 95))


def test_one_example_and_fifty_resamples_are_enough() -> None:
    interval = bootstrap(lambda rows: 3.0 + rows.sum(), 1, confidence=0.95, seed=0, resamples=50)
    assert (interval.low, interval.high) == (3, 3)


@pytest.mark.parametrize(("examples", "resamples", "confidence"), [(0, 100, 0.95), (3, 49, 0.95), (3, 100, 1.0)])
def test_values_outside_their_range_are_refused(examples: int, resamples: int, confidence: float) -> None:
    with pytest.raises(InvalidArgument):
        bootstrap(lambda _: 1.0, examples, confidence=confidence, seed=0, resamples=resamples)


def test_groups_are_drawn_whole() -> None:
    groups = np.array([7, 3, 7, 3, 3, 9])
    seen: list[NDArray[np.int64]] = []
    bootstrap(lambda rows: float(len(seen.append(rows) or [])), 6, confidence=0.5, seed=0, resamples=60, groups=groups)
    for rows in seen:
        counts = np.bincount(rows, minlength=6)
        assert counts[0] == counts[2]
        assert counts[1] == counts[3] == counts[4]
        assert counts[0] + counts[1] + counts[5] == 3, "as many groups as there are"
    assert len({len(rows) for rows in seen}) > 3


def test_groups_of_one_are_examples_of_their_own() -> None:
    values = np.random.default_rng(5).random(40)

    def of(groups: NDArray[np.int64] | None) -> object:
        return bootstrap(lambda rows: values[rows].mean(), 40, confidence=0.9, seed=1, resamples=80, groups=groups)

    assert of(np.arange(40)) == of(None)


def test_the_interval_of_alike_examples_covers_about_as_often_as_promised() -> None:
    random, covered, alone = np.random.default_rng(0), 0, 0
    groups = np.repeat(np.arange(60), 4)
    for run in range(300):
        values = np.repeat(random.beta(5, 2, size=60), 4)
        ends = [
            bootstrap(lambda rows, v=values: v[rows].mean(), 240, confidence=0.9, seed=run, resamples=200, groups=each)
            for each in (groups, None)
        ]
        covered += ends[0].low <= 5 / 7 <= ends[0].high
        alone += ends[1].low <= 5 / 7 <= ends[1].high
    assert 0.84 < covered / 300 < 0.95
    assert alone / 300 < 0.7, "who takes views for examples promises too much"
