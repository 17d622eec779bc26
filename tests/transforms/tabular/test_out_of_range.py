from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.transforms import OutOfRange


def test_values_go_as_far_beyond_the_range_as_is_said_to_either_side(people, change) -> None:
    low, high = people["height"].min(), people["height"].max()
    after = change(OutOfRange(rate=0.4, by=0.5), people)["height"]
    out = after != people["height"]
    assert out.mean() == pytest.approx(0.4, abs=0.03)
    ends = np.array([low - 0.5 * (high - low), high + 0.5 * (high - low)])
    assert np.unique(after[out]) == pytest.approx(ends)
    assert (after > high).sum() / out.sum() == pytest.approx(0.5, abs=0.05)


def test_whole_numbers_go_to_the_next_beyond(people, change) -> None:
    after = change(OutOfRange(rate=1, by=0.001), people)["age"]
    assert set(after.tolist()) == {17, 90}


def test_counts_that_begin_at_nothing_go_above(change) -> None:
    x = np.tile(np.array([[0], [200]], dtype=np.uint8), (50, 1))
    assert set(change(OutOfRange(rate=1, by=0.1), x).ravel().tolist()) == {220}


def test_a_column_with_one_value_stays(change) -> None:
    assert (change(OutOfRange(rate=1), np.full((9, 1), 2.0)) == 2).all()


@pytest.mark.parametrize("by", [0, -1, np.inf, True])
def test_a_distance_that_is_none_is_refused(by) -> None:
    with pytest.raises(InvalidArgument, match="by=.*must be a finite number above 0"):
        OutOfRange(rate=0.1, by=by)
