"""Drifting sensors against lines and the variance of random walks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from pytest_robust import UNBOUNDED, Between, Bounds, Exactly, InvalidArgument, InvalidData
from pytest_robust.transforms import Linear, RandomWalk, SensorDrift

WIDE = Bounds(-100, 300)


def test_a_linear_drift_is_a_line_to_the_share_of_the_span_up_or_down(change: Any) -> None:
    x = np.full((400, 11, 2), 100, np.float32)
    offset = change(SensorDrift(share=0.1), x, bounds=WIDE) - x
    line = np.linspace(0, 40, 11)
    assert np.abs(offset) == pytest.approx(np.broadcast_to(line[:, None], x.shape), abs=1e-4)
    up = offset[:, -1] > 0
    assert np.array_equal(np.sign(offset[:, 1:]), np.where(up, 1, -1)[:, None].repeat(10, axis=1))
    # Five standard errors of a half; and one feature does not follow the other.
    assert up.mean() == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(800))
    assert (up[:, 0] == up[:, 1]).mean() == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(400))


def test_a_random_walk_has_the_share_as_its_deviation_at_the_last_step(change: Any) -> None:
    x = np.zeros((4000, 9), np.float32)
    offset = change(SensorDrift(share=0.5, path=RandomWalk(), scale=(2,)), x, bounds=UNBOUNDED)
    assert (offset[:, 0] == 0).all()
    # The variance grows evenly; five standard errors of a variance are 5 sqrt(2 / 4000).
    for step in (1, 4, 8):
        assert offset[:, step].var() == pytest.approx(step / 8, rel=0.112)
    assert stats.kstest(offset[:, 8], "norm").pvalue > 1e-3
    # What comes later does not depend on what was.
    assert abs(np.corrcoef(offset[:, 4], offset[:, 8] - offset[:, 4])[0, 1]) < 0.08


@pytest.mark.parametrize("path", [Linear(), RandomWalk()], ids=repr)
def test_a_larger_share_drifts_the_same_way_further(path: Any, walks: Any, change: Any) -> None:
    small, large = (change(SensorDrift(share=share, path=path), walks, bounds=UNBOUNDED) for share in (0.1, 0.3))
    assert (large - walks) == pytest.approx(3 * (small - walks), rel=1e-3, abs=1e-3)
    assert np.abs(large - walks).max() > 1


def test_without_bounds_the_unit_is_the_range_of_the_examples_own_feature(walks: Any, change: Any) -> None:
    offset = np.abs(change(SensorDrift(share=0.25), walks, bounds=UNBOUNDED)[:, -1] - walks[:, -1])
    assert offset == pytest.approx(0.25 * np.ptp(walks, axis=1), rel=1e-3)


def test_other_examples_have_no_say_in_the_unit(walks: Any, change: Any) -> None:
    loud = walks.copy()
    loud[1:] *= 1000
    drifting = (change(SensorDrift(share=0.5), x, bounds=UNBOUNDED)[0] for x in (walks, loud))
    assert np.array_equal(*drifting)


def test_a_flat_feature_without_bounds_stays_as_it_is(change: Any) -> None:
    flat = np.full((5, 8, 2), 3, np.float32)
    assert np.array_equal(change(SensorDrift(share=1, path=RandomWalk()), flat, bounds=UNBOUNDED), flat)


def test_a_given_scale_stands_before_the_bounds(walks: Any, change: Any) -> None:
    for scale, expected in (((3,), [3, 3, 3]), ((1, 2, 4), [1, 2, 4])):
        offset = change(SensorDrift(share=0.5, scale=scale), np.zeros_like(walks), bounds=WIDE)
        assert np.abs(offset[:, -1]) == pytest.approx(np.tile(np.array(expected) / 2, (50, 1)))


def test_scales_go_with_the_features_in_their_order(walks: Any, change: Any) -> None:
    offset = change(SensorDrift(share=1, scale=(5, 7), features=(2, 0)), np.zeros_like(walks), bounds=WIDE)
    assert np.abs(offset[:, -1]) == pytest.approx(np.tile([7, 0, 5], (50, 1)))


@pytest.mark.parametrize("path", [Linear(), RandomWalk()], ids=repr)
def test_a_feature_drifts_the_same_whichever_others_do(path: Any, walks: Any, change: Any) -> None:
    every, some = (
        change(SensorDrift(share=0.5, path=path, features=features), walks, bounds=UNBOUNDED)
        for features in (None, (2, 0))
    )
    assert np.array_equal(some[..., [0, 2]], every[..., [0, 2]])
    assert np.array_equal(some[..., 1], walks[..., 1])


def test_a_sensor_stops_at_its_bounds(change: Any) -> None:
    drifting = change(SensorDrift(share=1), np.full((50, 5), 0.5, np.float32))
    assert set(drifting[:, -1]) == {0, 1}


def test_between_draws_one_share_an_example(change: Any) -> None:
    x = np.zeros((500, 3, 2), np.float32)
    ends = np.abs(change(SensorDrift(share=Between(0.1, 0.5), scale=(1,)), x, bounds=UNBOUNDED)[:, -1])
    assert np.array_equal(ends[:, 0], ends[:, 1])
    assert (ends.min(), ends.max()) == pytest.approx((0.1, 0.5), abs=0.01)


def test_as_many_scales_as_features_or_one_are_needed(walks: Any, change: Any) -> None:
    with pytest.raises(InvalidData, match="has 2 scales, and the inputs have 3 features; give one for each, or one"):
        change(SensorDrift(share=1, scale=(1, 2)), walks, bounds=UNBOUNDED)
    with pytest.raises(InvalidArgument, match=r"scale=\(1, 2, 3\) must hold one number for each of features=\(0, 1\)"):
        SensorDrift(share=1, scale=(1, 2, 3), features=(0, 1))


@pytest.mark.parametrize("scale", [2.5, [1.0], (), (0,), (-1,), (float("inf"),), (True,), ("1",)])
def test_a_scale_must_be_a_tuple_of_positive_numbers(scale: Any) -> None:
    with pytest.raises(InvalidArgument, match="scale=.*must be a tuple of positive numbers"):
        SensorDrift(share=0.1, scale=scale)


@pytest.mark.parametrize("path", ["linear", Linear, None])
def test_a_path_by_name_is_refused_with_the_values_to_write(path: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"path=.* must be Linear\(\) or RandomWalk\(\)"):
        SensorDrift(share=0.1, path=path)


@pytest.mark.parametrize("share", [-0.1, Exactly(-2), Between(-1, 3), float("nan"), True, "0.1"])
def test_an_impossible_share_is_refused(share: Any) -> None:
    with pytest.raises(InvalidArgument, match="share="):
        SensorDrift(share=share)
