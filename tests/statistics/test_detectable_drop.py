"""A drop that is told in four of five cases is told in four of five cases."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.statistics.detectable_drop import detectable_drop
from pytest_robust.statistics.tango import tango

POWER = 0.8


@pytest.mark.parametrize(("examples", "churn"), [(50, 0.0), (200, 0.1), (1000, 0.0), (1000, 0.05), (5000, 0.02)])
def test_so_many_simulated_comparisons_tell_the_drop(examples, churn):
    drop = detectable_drop(examples, churn=churn, confidence=0.95, power=POWER)
    random, trials = np.random.default_rng(7), 1500
    shares = [churn / 2, churn / 2 + drop, 1 - churn - drop]
    told = {}
    hits = 0
    for gained, lost, _ in random.multinomial(examples, shares, size=trials):
        pair = (gained, lost)
        if pair not in told:
            told[pair] = tango(lost, gained, examples, confidence=0.95).low > 0
        hits += told[pair]
    # Four standard errors of a simulated share of 0.8: 0.041.
    assert hits / trials == pytest.approx(POWER, abs=4 * (POWER * (1 - POWER) / trials) ** 0.5)


def test_more_examples_tell_less_and_more_churn_hides_more() -> None:
    drops = [detectable_drop(n, churn=0.05, confidence=0.95, power=POWER) for n in (100, 1000, 10_000, 1_000_000)]
    assert drops == sorted(drops, reverse=True)
    hidden = [detectable_drop(1000, churn=c, confidence=0.95, power=POWER) for c in (0, 0.01, 0.1, 0.5)]
    assert hidden == sorted(hidden)
    sure = detectable_drop(500, churn=0.1, confidence=0.99, power=POWER)
    assert sure > detectable_drop(500, churn=0.1, confidence=0.9, power=POWER)


def test_so_few_examples_tell_no_drop_at_all() -> None:
    # Four pairs that all got worse have a score of 3.5 / 2, below 1.96.
    assert detectable_drop(4, churn=0, confidence=0.95, power=POWER) is None
    assert detectable_drop(5, churn=0, confidence=0.95, power=POWER) == pytest.approx(0.8 ** (1 / 5))
    # One that got worse has a score of 1/2: enough at a confidence below 38 %.
    assert detectable_drop(1, churn=0, confidence=0.95, power=POWER) is None
    assert detectable_drop(1, churn=0, confidence=0.3, power=POWER) == pytest.approx(POWER)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"examples": 0}, "examples=0 must be at least 1"),
        ({"churn": 1.0}, r"churn=1\.0 must be a share"),
        ({"churn": -0.1}, "churn=-0.1 must be a share"),
        ({"power": 0.0}, r"power=0\.0 must lie strictly"),
        ({"power": 1.0}, r"power=1\.0 must lie strictly"),
        ({"confidence": 0.0}, r"confidence=0\.0 must lie strictly"),
    ],
)
def test_what_is_outside_its_range_is_refused(wrong, message):
    given = {"examples": 100, "churn": 0.0, "confidence": 0.95, "power": POWER, **wrong}
    with pytest.raises(InvalidArgument, match=message):
        detectable_drop(given.pop("examples"), **given)
