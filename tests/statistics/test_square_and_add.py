from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from pytest_robust.core.estimate import Interval
from pytest_robust.statistics.clopper_pearson import clopper_pearson
from pytest_robust.statistics.newcombe import newcombe
from pytest_robust.statistics.square_and_add import square_and_add


@pytest.mark.parametrize(("first", "second"), [((56, 70), (48, 80)), ((5, 56), (0, 29)), ((10, 10), (0, 20))])
def test_with_wilson_ends_it_is_newcombes(first, second):
    ends = []
    for right, n in (first, second):
        found = binomtest(right, n).proportion_ci(0.95, method="wilson")
        ends.append(Interval(low=found.low, high=found.high))
    expected = newcombe(first, second, confidence=0.95)
    found = square_and_add(first[0] / first[1], ends[0], second[0] / second[1], ends[1])
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("agreement", [0.0, 0.8])
def test_it_covers_the_difference_of_two_models_on_the_same_examples_as_often_as_promised(agreement):
    random = np.random.default_rng(5)
    held, rounds, n = 0, 400, 100
    for _ in range(rounds):
        shared, copied = random.random(n), random.random(n) < agreement
        old, new = shared < 0.85, np.where(copied, shared, random.random(n)) < 0.8
        rights = [int(old.sum()), int(new.sum())]
        (a, ends_a), (b, ends_b) = ((right / n, clopper_pearson(right, n, confidence=0.95)) for right in rights)
        found = square_and_add(a, ends_a, b, ends_b)
        held += found.low <= 0.05 <= found.high
    # Three standard errors of a share of 400 below the promise.
    assert held / rounds >= 0.95 - 3 * (0.95 * 0.05 / rounds) ** 0.5
