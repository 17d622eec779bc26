from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.clopper_pearson import clopper_pearson
from pytest_robust.statistics.examples_to_settle import examples_to_settle


def settled(n: int, rate: float, bar: float, confidence: float) -> bool:
    interval = clopper_pearson(round(rate * n), n, confidence=confidence)
    return interval.low > bar or interval.high < bar


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from([0.9, 0.95, 0.999]))
def test_that_many_examples_settle_it(rate: float, bar: float, confidence: float) -> None:
    needed = examples_to_settle(rate, bar, confidence=confidence)
    if needed is not None:
        assert settled(needed, rate, bar, confidence)


@pytest.mark.parametrize(("rate", "bar"), [(0.06, 0.04), (0.08, 0.13), (0.22, 0.19), (0.42, 0.43), (0.9, 0.6)])
def test_whole_successes_do_not_unsettle_it(rate: float, bar: float) -> None:
    needed = examples_to_settle(rate, bar, confidence=0.95)
    assert needed is not None
    assert settled(needed, rate, bar, 0.95)


@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98))
def test_a_third_as_many_do_not_settle_it(rate: float, bar: float) -> None:
    needed = examples_to_settle(rate, bar, confidence=0.95)
    if needed is not None and needed > 40:
        assert not settled(needed // 3, rate, bar, 0.95)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_number_has_two_digits(rate: float, bar: float) -> None:
    needed = examples_to_settle(rate, bar, confidence=0.95)
    if needed is not None:
        assert len(str(needed).rstrip("0")) <= 2


@pytest.mark.parametrize("rate", [0.25, 0.5, 0.6])
def test_no_number_settles_a_rate_on_the_bar(rate: float) -> None:
    assert examples_to_settle(rate, rate, confidence=0.95) is None


@pytest.mark.parametrize("bar", [-0.1, 1.0])
def test_a_bar_beside_all_rates_asks_for_few_or_none(bar: float) -> None:
    assert examples_to_settle(0.5, bar, confidence=0.95) <= 16


def test_a_nearer_bar_takes_more() -> None:
    numbers = [examples_to_settle(0.62, bar, confidence=0.95) for bar in (0.4, 0.5, 0.55, 0.58, 0.6, 0.61)]
    assert None not in numbers
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == len(numbers)


def test_values_outside_their_range_are_refused() -> None:
    with pytest.raises(InvalidArgument, match="not a proportion"):
        examples_to_settle(1.5, 0.5, confidence=0.95)
    with pytest.raises(InvalidArgument, match="confidence"):
        examples_to_settle(0.5, 0.6, confidence=0)
