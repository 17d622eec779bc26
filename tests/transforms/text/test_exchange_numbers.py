"""Other numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust.transforms import ExchangeNumbers


def test_a_digit_becomes_each_other_digit(change: Any) -> None:
    assert set(change(ExchangeNumbers(rate=1), np.array(["at 7"] * 300))) == {f"at {digit}" for digit in "012345689"}


def test_a_number_keeps_its_digits_and_is_another(change: Any) -> None:
    for before in ("2019", "10", "99999999999999999999"):
        after = change(ExchangeNumbers(rate=1), np.array([before] * 50))
        assert {len(one) for one in after} == {len(before)}
        assert not any(one[0] in {before[0], "0"} for one in after)
        assert len(set(after)) > 5


def test_zeros_in_front_stay(change: Any) -> None:
    after = change(ExchangeNumbers(rate=1), np.array(["007"] * 100))
    assert set(after) == {f"00{digit}" for digit in "12345689"}
    assert all(one[0] != "0" for one in change(ExchangeNumbers(rate=1), np.array(["000"] * 50)))


def test_digits_stay_in_their_script(rewrite: Any) -> None:
    after = rewrite(ExchangeNumbers(rate=1), "\u0661\u0669\u0668\u0664")
    assert all("\u0660" <= digit <= "\u0669" for digit in after)
    assert len(after) == 4


def test_each_number_is_a_place(rewrite: Any) -> None:
    after = rewrite(ExchangeNumbers(edits=1), "1 2 3")
    assert sum(one != other for one, other in zip(after, "1 2 3", strict=True)) == 1


@pytest.mark.parametrize("text", ["", "seven", "\u00b2", "\u2460"], ids=ascii)
def test_what_is_no_decimal_number_stays(text: str, rewrite: Any) -> None:
    assert rewrite(ExchangeNumbers(rate=1), text) == text
