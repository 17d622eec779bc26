from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.clopper_pearson import clopper_pearson
from pytest_robust.statistics.weighted_mean import effective_size, weighted_mean


def ends(scores, weights, confidence=0.95):
    found = weighted_mean(np.asarray(scores, float), np.asarray(weights, float), total=1, confidence=confidence)
    return found.value, found.low, found.high


@pytest.mark.parametrize("right", [0, 1, 37, 99, 100])
def test_equal_weights_give_the_exact_interval(right):
    scores = np.arange(100) < right
    exact = clopper_pearson(right, 100, confidence=0.9)
    assert ends(scores, np.full(100, 0.3), 0.9) == pytest.approx((right / 100, exact.low, exact.high))


def test_examples_without_weight_are_not_counted():
    scores, weights = np.arange(60) % 3 > 0, np.arange(60) % 2.0
    assert ends(scores, weights) == pytest.approx(ends(scores[weights > 0], weights[weights > 0]))


def test_the_unit_of_the_weights_does_not_matter():
    scores, weights = np.arange(50) % 4 > 0, 1 + np.arange(50.0)
    assert ends(scores, weights * 1e-200) == pytest.approx(ends(scores, weights))
    assert effective_size(weights * 1e-200) == pytest.approx(effective_size(weights))


@pytest.mark.parametrize("right", [0.0, 1.0])
def test_the_same_answer_to_all_is_still_no_certainty(right):
    weights = np.random.default_rng(0).random(400)
    value, low, high = ends(np.full(400, right), weights)
    assert value == right
    assert {low, high} & {right}
    exact = clopper_pearson(300 * int(right), 300, confidence=0.95)
    assert high - low == pytest.approx(exact.high - exact.low, rel=0.02)  # uniform weights are worth 3/4


def test_all_right_is_exactly_1_whatever_the_shares_add_up_to():
    sets = [np.random.default_rng(seed).random(50) for seed in range(20)]
    assert {float((one / one.sum()).sum()) for one in sets} > {1.0}
    assert {ends(np.ones(50), one)[0] for one in sets} == {1.0}


def test_errors_of_heavy_examples_make_the_interval_wider():
    weights = np.where(np.arange(200) < 20, 9.0, 1.0)
    heavy, light = np.arange(200) % 20 > 0, np.arange(200) % 20 > 0
    heavy[:20], light[:20] = np.arange(20) % 2, 1
    _, low, high = ends(heavy, weights)
    plain = clopper_pearson(round(100 * float(np.average(heavy, weights=weights))), 100, confidence=0.95)
    assert high - low > 1.2 * (plain.high - plain.low)


def test_scores_between_right_and_wrong_are_no_worse_known():
    weights = np.repeat(1 + np.arange(40.0), 2)
    _, low, high = ends(np.full(80, 0.5), weights)
    _, low_of_halves, high_of_halves = ends(np.arange(80) % 2, weights)
    assert 0 < high - low <= high_of_halves - low_of_halves + 1e-12


def _missed(draw, truth, *, runs):
    """Return how often the truth is below the interval and above it."""
    below = above = 0
    for _ in range(runs):
        _, low, high = ends(*draw())
        below += truth < low
        above += truth > high
    return below / runs, above / runs


@pytest.mark.parametrize(
    ("here", "there", "rates"),
    [
        ([0.5, 0.5], [0.7, 0.3], [0.9, 0.6]),
        ([0.9, 0.1], [0.5, 0.5], [0.99, 0.9]),
        ([0.97, 0.03], [0.9, 0.1], [0.9, 0.5]),
        ([0.1] * 10, [0.1] * 10, [0.99] * 10),  # where sums of Wilson intervals miss one in eight
        ([0.1] * 10, [0.3, 0.2, 0.1, 0.1] + 6 * [0.05], [0.5] * 10),
    ],
)
def test_another_mix_of_classes_is_covered_as_often_as_promised(here, there, rates):
    random = np.random.default_rng(0)
    here, there, rates = map(np.asarray, (here, there, rates))

    def draw():
        classes = random.choice(len(here), size=200, p=here)
        right = random.random(200) < rates[classes]
        return right, (there / np.bincount(classes, minlength=len(here)).clip(1))[classes]

    assert sum(_missed(draw, float(there @ rates), runs=1500)) <= 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / 1500)


@pytest.mark.parametrize("slope", [-1, 0, 1])
def test_a_tilted_column_is_covered_as_often_as_promised(slope):
    random = np.random.default_rng(1)
    truth = float(expit(2 + slope * random.normal(0.5, 1, 10**6)).mean())

    def draw():
        z = random.normal(size=400)
        return random.random(400) < expit(2 + slope * z), np.exp(0.5 * z)

    assert sum(_missed(draw, truth, runs=1500)) <= 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / 1500)


def test_errors_in_a_long_tail_of_weights_are_covered_nine_times_in_ten():
    random = np.random.default_rng(2)
    truth = float(expit(3 - random.normal(1.5, 1, 10**6)).mean())

    def draw():
        z = random.normal(size=1000)
        return random.random(1000) < expit(3 - z), np.exp(1.5 * z)

    below, above = _missed(draw, truth, runs=1500)
    assert 0.05 < below + above <= 0.1  # as its docstring says


@pytest.mark.parametrize(("weights", "size"), [([1, 1, 1], 3), ([1, 0, 0], 1), ([3, 1], 1.6)])
def test_the_effective_size_is_kishs(weights, size):
    assert effective_size(np.array(weights, float)) == pytest.approx(size)


def test_the_estimate_says_what_the_examples_are_worth():
    found = weighted_mean(np.ones(2000), np.arange(2000) % 2.0, total=3000, confidence=0.9)
    assert found.notes == ("reweighted, 2,000 examples are worth 1,000",)
    assert (found.n, found.total, found.confidence, found.method) == (2000, 3000, 0.9, "Korn-Graubard")


@pytest.mark.parametrize("weights", [[], [0.0, 0.0], [1.0, -1.0], [1.0, np.nan], [1.0, np.inf], [[1.0]]])
def test_numbers_that_are_no_weights_are_refused(weights):
    with pytest.raises(InvalidArgument, match="at least 0 and not all 0"):
        effective_size(np.array(weights))


@pytest.mark.parametrize("scores", [[1.0], [1.0, 1.5], [1.0, np.nan]])
def test_scores_outside_their_range_or_number_are_refused(scores):
    with pytest.raises(InvalidArgument, match="from 0 to 1, one for each of 2 weights"):
        weighted_mean(np.array(scores), np.ones(2), total=2, confidence=0.95)


def test_a_confidence_that_is_no_probability_is_refused():
    with pytest.raises(InvalidArgument, match="confidence=1"):
        weighted_mean(np.ones(2), np.ones(2), total=2, confidence=1)
