from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Amount, Between, Exactly, amount_range, check_share, draw, draw_share
from pytest_robust.core.streams import Streams

NUMBERS = st.floats(-1e6, 1e6) | st.integers(-1000, 1000)
STREAMS = Streams.of(0, "p", index=np.arange(4000))
NO_NUMBERS = [nan, inf, -inf, True, "3", None, 1j]


@given(NUMBERS, NUMBERS)
def test_amounts_are_values_whose_repr_runs(a: float, b: float) -> None:
    for amount in (Exactly(a), Between(min(a, b), max(a, b))):
        assert eval(repr(amount)) == amount
        assert hash(amount) == hash(eval(repr(amount)))


@pytest.mark.parametrize("number", [np.float64(0.5), np.float32(0.5), np.int64(2), np.uint8(2)], ids=repr)
def test_a_number_of_numpys_prints_as_a_plain_one(number: Any) -> None:
    assert repr(Exactly(number)) == f"Exactly({number.item()!r})"
    assert repr(Between(-number if number.dtype != np.uint8 else 0, number)).endswith(f", {number.item()!r})")
    assert amount_range("a", number) == Between(-number.item(), number.item())


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_finite_number_is_refused(value: Any) -> None:
    for make in (Exactly, lambda v: Between(v, 1), lambda v: Between(-1, v)):
        with pytest.raises(InvalidArgument, match="must be a finite number"):
            make(value)
    with pytest.raises(
        InvalidArgument, match=r"degrees=.* must be a finite number, at least 0.*degrees=Exactly\(...\)"
    ):
        amount_range("degrees", value)
    with pytest.raises(InvalidArgument, match="rate=.* must be a finite number, Exactly"):
        check_share("rate", value)


def test_a_range_that_runs_backwards_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"Between\(3, 2\): the first must not be above the second"):
        Between(3, 2)
    assert Between(2, 2).low == 2


@pytest.mark.parametrize(
    ("amount", "neutral", "wanted"),
    [
        (15, 0, Between(-15, 15)),
        (0, 0, Between(0, 0)),
        (0.25, 1, Between(0.75, 1.25)),
        (Exactly(15), 0, Between(15, 15)),
        (Exactly(-15), 1, Between(-15, -15)),
        (Between(-5, 20), 1, Between(-5, 20)),
    ],
)
def test_a_plain_number_is_a_range_to_both_sides_of_neutral(amount: Amount, neutral: float, wanted: Between) -> None:
    assert amount_range("a", amount, neutral=neutral) == wanted


def test_a_negative_plain_number_is_refused_with_what_was_meant() -> None:
    with pytest.raises(InvalidArgument, match=r"degrees=-15 .*\(a range to both sides of 0\)"):
        amount_range("degrees", -15)


@pytest.mark.parametrize("amount", [0, 0.5, 1, Exactly(0.3), Between(0, 1)], ids=repr)
def test_a_share_within_its_limits_is_taken(amount: Amount) -> None:
    check_share("rate", amount, most=1)
    check_share("rate", amount)


@pytest.mark.parametrize("amount", [-0.1, 1.1, Exactly(-0.1), Between(-0.1, 0.5), Between(0.5, 1.1)], ids=repr)
def test_a_share_outside_its_limits_is_refused(amount: Amount) -> None:
    with pytest.raises(InvalidArgument, match="rate=.* must be from 0 to 1"):
        check_share("rate", amount, most=1)


def test_a_size_without_a_limit_is_only_refused_below_0() -> None:
    check_share("sigma", 1e6)
    with pytest.raises(InvalidArgument, match="sigma=-1 must be at least 0"):
        check_share("sigma", -1)


def test_a_range_is_drawn_evenly_and_one_value_exactly() -> None:
    drawn = draw("a", 15, STREAMS, neutral=1)
    assert drawn.dtype == np.float32
    assert kstest(drawn, "uniform", args=(-14, 30)).pvalue > 1e-4
    assert (draw("a", Exactly(0.5), STREAMS) == 0.5).all()
    assert (draw("a", 0, STREAMS, neutral=1) == 1).all()
    assert (draw("a", 15, STREAMS) != draw("b", 15, STREAMS)).any()


def test_of_a_share_a_plain_number_is_one_value() -> None:
    assert set(draw_share("p", 0.25, STREAMS).tolist()) == {0.25}
    for amount in (Exactly(0.5), Between(0.1, 0.5)):
        assert np.array_equal(draw_share("p", amount, STREAMS), draw("p", amount, STREAMS))
