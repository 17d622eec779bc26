from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Interval
from pytest_robust.statistics.bounded_mean import bounded_mean
from pytest_robust.statistics.pairs_to_settle import differences_to_settle, pairs_to_settle
from pytest_robust.statistics.tango import tango


@st.composite
def pairs(draw: st.DrawFn) -> tuple[int, int, int]:
    trials = draw(st.integers(10, 500))
    gained = draw(st.integers(0, trials // 3))
    return gained, draw(st.integers(0, trials // 3)), trials


def settled(n: int, pair: tuple[int, int, int], bar: float) -> bool:
    gained, lost, trials = pair
    interval = tango(round(gained / trials * n), round(lost / trials * n), n, confidence=0.95)
    return interval.low > bar or interval.high < bar


@given(pairs(), st.floats(-0.3, 0.3))
def test_that_many_examples_settle_it_and_a_third_do_not(pair: tuple[int, int, int], bar: float) -> None:
    needed = pairs_to_settle(*pair, bar=bar, confidence=0.95)
    if needed is not None:
        assert settled(needed, pair, bar)
        assert needed < 60 or not settled(needed // 3, pair, bar)


def test_models_that_are_alike_need_as_many_as_the_margin_allows_to_be_told() -> None:
    # No pair differs: (n m - 1/2)^2 = z^2 n m (1 - m), for a margin m of one in a hundred.
    z2 = 1.959964**2
    (exact,) = (n for n in np.roots([0.01**2, -0.01 - z2 * 0.01 * 0.99, 0.25]).real if n > 100)
    assert exact <= pairs_to_settle(0, 0, 50, bar=-0.01, confidence=0.95) <= 1.05 * exact


def test_a_nearer_margin_and_more_pairs_that_differ_take_more() -> None:
    nearer = [pairs_to_settle(5, 5, 100, bar=bar, confidence=0.95) for bar in (-0.2, -0.1, -0.05, -0.02, -0.01)]
    assert nearer == sorted(set(nearer))
    busier = [pairs_to_settle(one, one, 100, bar=-0.05, confidence=0.95) for one in (0, 1, 5, 20)]
    assert busier == sorted(set(busier))


def test_no_number_settles_a_difference_on_the_bar() -> None:
    assert pairs_to_settle(10, 20, 1000, bar=-0.01, confidence=0.95) is None


def test_a_bar_of_all_or_more_is_told_by_few() -> None:
    for bar in (-1.5, -1, 1, 1.5):
        assert pairs_to_settle(1, 2, 10, bar=bar, confidence=0.95) <= 16


def test_halves_that_are_both_rounded_up_still_fit() -> None:
    assert pairs_to_settle(1, 1, 2, bar=0.5, confidence=0.95) is not None
    assert pairs_to_settle(1, 2, 3, bar=0.9, confidence=0.95) is not None


def test_counts_that_do_not_fit_are_named_as_they_were_given() -> None:
    with pytest.raises(InvalidArgument, match="3 gained and 9 lost of 10"):
        pairs_to_settle(3, 9, 10, bar=0, confidence=0.95)


@pytest.mark.parametrize("bar", [-0.02, 0.04])
def test_that_many_differences_settle_it(bar: float) -> None:
    values = np.random.default_rng(0).choice([-0.5, 0.0, 0.25, 1.0], size=400, p=[0.1, 0.75, 0.1, 0.05])
    few = bounded_mean(values, low=-1, high=1, confidence=0.95, seed=0)
    value = float(values.mean())
    bar += value
    interval = Interval(low=min(few.low, bar), high=max(few.high, bar))
    needed = differences_to_settle(value, interval, 400, bar=bar)
    many = bounded_mean(np.repeat(values, needed // 400 + 1), low=-1, high=1, confidence=0.95, seed=0)
    assert many.low > bar or many.high < bar


@pytest.mark.parametrize(("value", "needed"), [(0.0, None), (1e-6, None), (0.01, 1000), (-0.02, 250)])
def test_widths_shrink_by_the_root(value: float, needed: int | None) -> None:
    around = Interval(low=value - 0.1, high=value + 0.1)
    assert differences_to_settle(value, around, 10, bar=0.0) == needed


@pytest.mark.parametrize(("bar", "needed"), [(-0.05, 100), (-0.01, 2500), (0.01, 40000), (0.2, 100)])
def test_the_end_that_reaches_beyond_the_bar_is_the_one_that_must_come_nearer(bar: float, needed: int) -> None:
    assert differences_to_settle(0.0, Interval(low=-0.05, high=0.2), 100, bar=bar) == needed


@pytest.mark.parametrize(
    ("value", "bar", "examples", "needed"),
    [
        (-0.05, 0.0, 100, 2500),  # the value lies on an end
        (0.2, 0.15, 100, 2500),  # and on the other
        (0.0, -0.047, 10, 12),  # 11.3: one that is not whole is taken as well
        (0.0, -0.05, 10_000_000, 10_000_000),  # the most that is said
        (0.0, -0.05, 10_000_001, None),
    ],
)
def test_ends_count_and_what_is_not_whole_is_rounded_up(value: float, bar: float, examples: int, needed: int) -> None:
    assert differences_to_settle(value, Interval(low=-0.05, high=0.2), examples, bar=bar) == needed


@pytest.mark.parametrize(("value", "bar"), [(0.2, 0.0), (0.0, 0.2), (-0.2, 0.0), (0.0, -0.2)])
def test_what_is_settled_is_refused(value: float, bar: float) -> None:
    with pytest.raises(InvalidArgument, match="nothing to settle"):
        differences_to_settle(value, Interval(low=-0.1, high=0.1), 10, bar=bar)
