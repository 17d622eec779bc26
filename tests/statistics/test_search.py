from __future__ import annotations

import pytest

from pytest_robust.statistics._search import fewest


@pytest.mark.parametrize("least", [9, 10, 16, 17, 31, 32, 33, 50, 63, 64])
def test_a_small_number_is_the_least(least: int) -> None:
    assert fewest(lambda n: n >= least) == least


@pytest.mark.parametrize("least", [99, 100, 110, 257, 990, 991, 12_345, 999_999, 8_388_609, 9_870_000, 10_000_000])
def test_a_large_number_has_two_digits_and_is_near_the_least_for_few_questions(least: int) -> None:
    asked: list[int] = []

    def settled(n: int) -> bool:
        asked.append(n)
        return n >= least

    found = fewest(settled)
    assert found is not None
    assert len(str(found).rstrip("0")) <= 2
    # Within one in fifty, and then the next number of two digits.
    assert least <= found < least / 0.98 + 10 ** (len(str(found)) - 2)
    # Doublings up to ten million, halvings down to one in fifty, and the rounded number itself.
    assert len(asked) <= 21 + 6 + 1


def test_a_rounded_number_that_unsettles_it_is_passed_over() -> None:
    assert fewest(lambda n: n >= 145 and n not in {150, 160}) == 170


def test_over_ten_million_no_number_is_told() -> None:
    assert fewest(lambda n: n > 10_000_000) is None
    assert fewest(lambda _: False) is None
