"""How much worse a candidate is, and what would settle it."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from pytest_robust.core.claim import Claim
from pytest_robust.core.estimate import Interval
from pytest_robust.gates.comparison import Apart, Comparison, Paired, decide_all
from pytest_robust.statistics.tango import tango


def compared(difference, *, drop, margin=0.05, upward=True, claim=Claim.POPULATION, n=100):
    (outcome,) = decide_all(
        [Comparison(
            drop=drop, difference=difference, upward=upward, margin=margin, claim=claim, confidence=0.95, n=n
        )]
    )  # fmt: skip
    return outcome


def test_pairs_get_tangos_interval_turned_round_where_less_is_better():
    old, new = np.arange(100) < 30, np.arange(100) < 20
    pair = Paired(old=old.astype(float), new=new.astype(float), seed=0)
    expected = tango(10, 0, 100, confidence=0.95)
    assert compared(pair, drop=0.1).interval == expected
    assert compared(pair, drop=-0.1, upward=False).interval == Interval(low=-expected.high, high=-expected.low)


@pytest.mark.parametrize("n", [100, 400])
def test_a_model_that_lost_the_margin_gets_through_as_seldom_as_the_confidence_says(n):
    random, margin, rounds, through = np.random.default_rng(3), 0.05, 400, 0
    for _ in range(rounds):
        kind = random.choice(3, size=n, p=[margin + 0.02, 0.02, 0.91 - margin + 0.05])
        old, new = (kind != 1).astype(float), (kind != 0).astype(float)
        outcome = compared(Paired(old=old, new=new, seed=0), drop=old.mean() - new.mean(), margin=margin, n=n)
        through += outcome.decision.lets_through
    # One end of a 95 % interval: 2.5 %, and three standard errors of it.
    assert through / rounds <= 0.025 + 3 * (0.025 * 0.975 / rounds) ** 0.5


def test_without_pairs_more_confidence_than_the_intervals_have_decides_nothing():
    apart = Apart(
        old=0.9, old_ends=Interval(low=0.89, high=0.91), new=0.9, new_ends=Interval(low=0.89, high=0.91), confidence=0.9
    )
    assert apart.interval(0.95) == Interval(low=-inf, high=inf)
    outcome = compared(apart, drop=0.0)
    assert (outcome.decision.value, outcome.settled_by) == ("UNDECIDED", None)
    assert apart.interval(0.9).high < 0.02


def test_advice_of_more_examples_than_anyone_labels_is_none():
    apart = Apart(
        old=0.9, old_ends=Interval(low=0.5, high=1), new=0.86, new_ends=Interval(low=0.4, high=1), confidence=0.95
    )
    assert compared(apart, drop=0.04).settled_by > 100
    assert compared(apart, drop=0.04, margin=0.0400001).settled_by is None
    assert compared(apart, drop=0.04, margin=0.04).settled_by is None
