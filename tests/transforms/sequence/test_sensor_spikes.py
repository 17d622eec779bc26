"""Spikes against counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Between, Bounds, Exactly, InvalidArgument, InvalidData
from pytest_robust.transforms import SensorSpikes

WIDE = Bounds(-100, 300)


def test_half_the_share_jumps_each_way_by_so_many_spans(change: Any) -> None:
    x = np.full((200, 50, 4), 100, np.float32)
    jumps = change(SensorSpikes(share=0.2, jump=0.25), x, bounds=WIDE) - x
    assert set(np.unique(jumps)) == {-100, 0, 100}
    # Five standard errors of a share of 0.1 in 40,000 readings.
    for way in (-100, 100):
        assert (jumps == way).mean() == pytest.approx(0.1, abs=5 * np.sqrt(0.09 / 40_000))
    # Each by itself: steps and features do not jump together.
    assert (jumps != 0).all(axis=2).mean() < 0.01


def test_a_jump_of_the_whole_span_reaches_the_bounds(change: Any) -> None:
    spiky = change(SensorSpikes(share=1), np.full((50, 20), 0.3, np.float32))
    assert set(np.unique(spiky)) == {0, 1}


def test_without_bounds_the_unit_is_the_range_of_the_examples_own_feature(walks: Any, change: Any) -> None:
    jumps = np.abs(change(SensorSpikes(share=1, jump=3), walks, bounds=UNBOUNDED) - walks)
    expected = np.broadcast_to(3 * np.ptp(walks, axis=1, keepdims=True), walks.shape)
    assert jumps == pytest.approx(expected, rel=1e-4)


def test_a_given_scale_stands_before_the_bounds(walks: Any, change: Any) -> None:
    spiky = change(SensorSpikes(share=1, jump=2, scale=(5, 7), features=(2, 0)), np.zeros_like(walks), bounds=WIDE)
    assert np.array_equal(np.abs(spiky), np.broadcast_to([14, 0, 10], walks.shape))


def test_a_larger_share_lets_the_same_readings_jump_and_more(walks: Any, change: Any) -> None:
    few, many = (change(SensorSpikes(share=share), walks, bounds=UNBOUNDED) for share in (0.1, 0.4))
    touched = few != walks
    assert np.array_equal(few[touched], many[touched])
    assert 0 < touched.sum() < (many != walks).sum()


def test_a_feature_has_the_same_spikes_whichever_others_have(walks: Any, change: Any) -> None:
    every, some = (
        change(SensorSpikes(share=0.3, features=features), walks, bounds=UNBOUNDED) for features in (None, (2, 0))
    )
    assert np.array_equal(some[..., [0, 2]], every[..., [0, 2]])
    assert np.array_equal(some[..., 1], walks[..., 1])
    with pytest.raises(InvalidData, match="changes feature 3"):
        change(SensorSpikes(share=0.3, features=(3,)), walks, bounds=UNBOUNDED)


def test_share_zero_changes_nothing_and_returns_a_copy(walks: Any, change: Any) -> None:
    same = change(SensorSpikes(share=0), walks, bounds=UNBOUNDED)
    assert np.array_equal(same, walks)
    assert not np.shares_memory(same, walks)


def test_between_draws_one_share_an_example(change: Any) -> None:
    shares = (change(SensorSpikes(share=Between(0.1, 0.5)), np.full((200, 400), 0.5, np.float32)) != 0.5).mean(axis=1)
    assert shares.min() == pytest.approx(0.1, abs=0.05)
    assert shares.max() == pytest.approx(0.5, abs=0.07)


@pytest.mark.parametrize("jump", [0, -1, float("inf"), True, "2", None])
def test_an_impossible_jump_is_refused(jump: Any) -> None:
    with pytest.raises(InvalidArgument, match="jump=.*must be a finite number of scales, above 0"):
        SensorSpikes(share=0.1, jump=jump)


@pytest.mark.parametrize("share", [-0.1, 1.5, Exactly(2), Between(0, 3), float("nan"), True, "0.1"])
def test_an_impossible_share_is_refused(share: Any) -> None:
    with pytest.raises(InvalidArgument, match="share="):
        SensorSpikes(share=share)
