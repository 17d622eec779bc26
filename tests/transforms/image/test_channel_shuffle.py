"""Shuffled colours against the five other orders."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import Between, Bounds, InvalidArgument
from pytest_robust.transforms import ChannelShuffle


def test_the_colours_take_each_other_order_equally_often(change: Any) -> None:
    x = np.tile(np.array([0.1, 0.2, 0.3], np.float32), (5000, 2, 2, 1))
    shuffled = change(ChannelShuffle(), x)
    assert np.ptp(shuffled, axis=(1, 2)).max() == 0
    orders, counts = np.unique(shuffled[:, 0, 0], axis=0, return_counts=True)
    assert (np.sort(orders, axis=1) == x[0, 0, 0]).all()
    assert len(orders) == 5
    assert x[0, 0, 0].tolist() not in orders.tolist()
    # Four standard errors.
    assert np.abs(counts / 5000 - 0.2).max() < 4 * np.sqrt(0.2 * 0.8 / 5000)


def test_a_full_shuffle_moves_the_values_bit_for_bit(photos: Any, change: Any) -> None:
    x = photos * 255
    shuffled = change(ChannelShuffle(), x, bounds=Bounds(0, 255))
    assert np.array_equal(np.sort(shuffled, axis=3), np.sort(x, axis=3))


def test_half_a_shuffle_is_halfway_to_it(photos: Any, change: Any) -> None:
    half, whole = (change(ChannelShuffle(share=share), photos) for share in (0.5, 1.0))
    np.testing.assert_allclose(half, (photos + whole) / 2, atol=1e-6)


def test_no_share_changes_nothing(photos: Any, change: Any) -> None:
    assert np.array_equal(change(ChannelShuffle(share=0), photos), photos)


@pytest.mark.parametrize("share", [1.5, -0.1, Between(0, 2), float("nan"), "0.5"])
def test_an_impossible_share_is_refused(share: Any) -> None:
    with pytest.raises(InvalidArgument, match="share="):
        ChannelShuffle(share=share)


def test_a_milder_shuffle_is_a_share_of_it() -> None:
    assert ChannelShuffle().scaled(0.5) == ChannelShuffle(share=0.5)
    assert ChannelShuffle.strongest() == ChannelShuffle()
