"""The line with value, interval and bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_robust.reporting._interval_bar import LENGTH, interval_bar

if TYPE_CHECKING:
    from conftest import Runs


def test_shares_are_drawn_from_nought_to_one(runs: Runs) -> None:
    line = interval_bar(runs.record(value=0.5, low=0.25, high=0.75, op=">=", bar=0.4))
    assert line is not None
    assert line.ends == (0, 1)
    assert (line.low, line.value, line.high, line.bar) == (LENGTH / 4, LENGTH / 2, LENGTH * 3 / 4, 0.4 * LENGTH)
    assert line.good == (0.4 * LENGTH, LENGTH)


def test_where_less_is_better_the_good_side_is_the_low_one(runs: Runs) -> None:
    line = interval_bar(runs.record(op="<=", bar=0.4))
    assert line is not None
    assert line.good == (0, 0.4 * LENGTH)


@pytest.mark.parametrize("value", [-0.5, 0.0, 1.0, 12.5, -7.0, 1e9])
def test_everything_lies_on_the_line_whatever_the_unit(runs: Runs, value: float) -> None:
    line = interval_bar(runs.record(value=value, low=value - 0.5, high=value + 0.5, op=">=", bar=value / 2))
    assert line is not None
    assert line.bar is not None
    assert line.good is not None
    assert line.ends[0] < line.ends[1]
    assert all(0 <= place <= LENGTH for place in (line.low, line.value, line.high, line.bar, *line.good))


def test_a_value_without_interval_and_bar_is_a_point(runs: Runs) -> None:
    line = interval_bar(runs.record(low=None, high=None, op="", bar=None))
    assert line is not None
    assert line.low == line.value == line.high
    assert line.bar is line.good is None


def test_where_nothing_was_measured_there_is_no_line(runs: Runs) -> None:
    assert interval_bar(runs.record(value=None)) is None
