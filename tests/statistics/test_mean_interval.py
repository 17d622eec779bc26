from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.statistics.clopper_pearson import clopper_pearson
from pytest_robust.statistics.clustered import clustered_mean
from pytest_robust.statistics.mean_interval import is_binary, mean_interval
from pytest_robust.statistics.prior_posterior_ratio import anytime_interval

RIGHT = np.array([1.0] * 30 + [0.0] * 10)


def test_all_examples_seen_get_the_exact_interval() -> None:
    estimate, exact = mean_interval(RIGHT, 40, confidence=0.9, seed=0), clopper_pearson(30, 40, confidence=0.9)
    assert (estimate.value, estimate.low, estimate.high) == (0.75, exact.low, exact.high)
    assert (estimate.n, estimate.total, estimate.confidence) == (40, 40, 0.9)
    assert estimate.method == "Clopper-Pearson"


def test_stopping_early_gets_the_interval_that_allows_for_it() -> None:
    estimate, anytime = mean_interval(RIGHT, 41, confidence=0.9, seed=0), anytime_interval(30, 40, confidence=0.9)
    exact = mean_interval(RIGHT, 40, confidence=0.9, seed=0)
    assert (estimate.low, estimate.high) == (anytime.low, anytime.high)
    assert estimate.low < exact.low < exact.high < estimate.high
    assert (estimate.n, estimate.total, estimate.method) == (40, 41, "prior-posterior ratio")


def test_scores_between_0_and_1_get_the_interval_of_a_bounded_mean() -> None:
    scores = np.linspace(0, 1, 101)
    estimate = mean_interval(scores, 101, confidence=0.95, seed=0)
    assert estimate.method == "Learned-Miller-Thomas"
    half = 1.96 * scores.std() / np.sqrt(101)
    assert (estimate.low, estimate.high) == pytest.approx((0.5 - half, 0.5 + half), abs=0.015)
    assert estimate == mean_interval(scores, 101, confidence=0.95, seed=0)


def test_groups_that_were_all_seen_get_the_interval_of_a_grouped_mean() -> None:
    groups = np.arange(40) % 20
    estimate = mean_interval(RIGHT, 40, confidence=0.9, seed=3, groups=groups)
    wanted = clustered_mean(RIGHT, groups, low=0, high=1, confidence=0.9, seed=3)
    assert (estimate.value, estimate.low, estimate.high) == (0.75, wanted.low, wanted.high)
    assert (estimate.n, estimate.total, estimate.method) == (40, 40, "Learned-Miller-Thomas by groups")


def test_groups_that_were_not_all_seen_are_worth_one_example_each() -> None:
    estimate = mean_interval(RIGHT, 41, confidence=0.9, seed=0, groups=np.arange(40) % 20)
    wanted = anytime_interval(15, 20, confidence=0.9)
    assert (estimate.value, estimate.low, estimate.high) == (0.75, wanted.low, wanted.high)
    assert (estimate.n, estimate.total, estimate.method) == (40, 41, "prior-posterior ratio by groups")


@pytest.mark.parametrize(("scores", "binary"), [([0, 1, 1], True), ([0.0, 0.5], False), ([1.0], True), ([], True)])
def test_only_zeros_and_ones_are_binary(scores: list[float], binary: bool) -> None:
    assert is_binary(np.array(scores)) is binary
