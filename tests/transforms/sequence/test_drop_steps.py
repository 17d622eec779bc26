"""Lost steps against pandas and NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pytest_robust import UNBOUNDED, Between, Bounds, Exactly, InvalidArgument, InvalidData
from pytest_robust.transforms import DropSteps, Hold, Interpolate, SetTo

# No reading of the walks, so that it marks what was lost.
LOST = -12_345.0


@pytest.fixture
def drop(change: Any) -> Any:
    return lambda x, **how: change(DropSteps(**how), x, bounds=UNBOUNDED)


def test_the_share_is_that_of_the_steps_lost_and_all_features_are_lost_together(drop: Any) -> None:
    lost = drop(np.ones((500, 40, 3), np.float32), share=0.3, gap=SetTo(0)) == 0
    assert (lost.all(axis=2) == lost.any(axis=2)).all()
    # Five standard errors.
    assert lost.mean() == pytest.approx(0.3, abs=5 * np.sqrt(0.21 / 20_000))


@pytest.mark.parametrize("share", [0.2, 0.7, 1.0])
def test_held_readings_are_those_that_pandas_fills_forward(share: float, walks: Any, drop: Any) -> None:
    lost = drop(walks, share=share, gap=SetTo(LOST)) == LOST
    held = drop(walks, share=share)
    for example, gone, got in zip(walks, lost, held, strict=True):
        expected = pd.DataFrame(np.where(gone, np.nan, example)).ffill().bfill()
        assert np.array_equal(got, expected)


@pytest.mark.parametrize("share", [0.2, 0.7, 1.0])
def test_interpolated_readings_are_those_of_numpy(share: float, walks: Any, drop: Any) -> None:
    lost = drop(walks, share=share, gap=SetTo(LOST)) == LOST
    drawn = drop(walks, share=share, gap=Interpolate())
    steps = np.arange(30)
    for example, gone, got in zip(walks, lost[..., 0], drawn, strict=True):
        for feature in range(3):
            expected = np.interp(steps, steps[~gone], example[~gone, feature])
            assert got[:, feature] == pytest.approx(expected, rel=1e-5, abs=1e-4)
    assert np.array_equal(drawn[~lost], walks[~lost])


def test_one_step_arrives_where_all_others_are_lost(walks: Any, drop: Any) -> None:
    lost = drop(walks, share=1, gap=SetTo(LOST))[..., 0] == LOST
    assert (lost.sum(axis=1) == 29).all()
    # Which one it is, is left to chance.
    assert len(set(lost.argmin(axis=1))) > 10
    assert np.ptp(drop(walks, share=1, gap=Hold()), axis=1).max() == 0


def test_a_larger_share_loses_the_same_steps_and_more(walks: Any, drop: Any) -> None:
    few, many = (drop(walks, share=share, gap=SetTo(LOST)) == LOST for share in (0.2, 0.6))
    assert (many | ~few).all()
    assert 0 < few.sum() < many.sum()


def test_share_zero_changes_nothing_and_returns_a_copy(walks: Any, drop: Any) -> None:
    for gap in (Hold(), Interpolate(), SetTo(0)):
        same = drop(walks, share=0, gap=gap)
        assert np.array_equal(same, walks)
        assert not np.shares_memory(same, walks)


def test_only_the_features_named_are_lost(walks: Any, drop: Any) -> None:
    every, some = (drop(walks, share=0.5, features=features) for features in (None, (2, 0)))
    assert np.array_equal(some[..., [0, 2]], every[..., [0, 2]])
    assert np.array_equal(some[..., 1], walks[..., 1])


def test_between_draws_one_share_an_example(drop: Any) -> None:
    shares = (drop(np.ones((200, 400), np.float32), share=Between(0.1, 0.5), gap=SetTo(0)) == 0).mean(axis=1)
    assert shares.min() == pytest.approx(0.1, abs=0.05)
    assert shares.max() == pytest.approx(0.5, abs=0.07)


def test_a_value_outside_the_bounds_is_refused(walks: Any, change: Any) -> None:
    with pytest.raises(InvalidData, match=r"writes value=-1, and the inputs lie in \[0, 1\]; give a value inside"):
        change(DropSteps(share=0.1, gap=SetTo(-1)), walks, bounds=Bounds(0, 1))


def test_a_feature_that_is_not_there_is_refused(walks: Any, drop: Any) -> None:
    with pytest.raises(InvalidData, match="changes feature 3, and the inputs have 3 features, 0 to 2; count from 0"):
        drop(walks, share=0.1, features=(0, 3))


@pytest.mark.parametrize("features", [[0], 0, (), (0, 0), (-1,), (1.0,), (True,), "x"])
def test_features_must_be_a_tuple_of_different_places(features: Any) -> None:
    with pytest.raises(InvalidArgument, match="features=.*must be a tuple of different whole numbers from 0"):
        DropSteps(share=0.1, features=features)


@pytest.mark.parametrize("gap", ["hold", Hold, None, 0])
def test_a_gap_by_name_is_refused_with_the_values_to_write(gap: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"gap=.* must be Hold\(\), Interpolate\(\) or SetTo\(value\)"):
        DropSteps(share=0.1, gap=gap)


@pytest.mark.parametrize("value", [float("nan"), "0", None, True])
def test_a_gap_is_set_to_a_finite_number_only(value: Any) -> None:
    with pytest.raises(InvalidArgument, match="value=.*must be a finite number"):
        SetTo(value)


@pytest.mark.parametrize("share", [-0.1, 1.5, Exactly(2), float("nan"), True, "0.1"])
def test_an_impossible_share_is_refused(share: Any) -> None:
    with pytest.raises(InvalidArgument, match="share="):
        DropSteps(share=share)
