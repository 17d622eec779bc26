"""Channel shifts against plain addition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Between, Bounds, Exactly, InvalidArgument
from pytest_robust.transforms import Brightness, ChannelShift


def test_each_channel_of_each_image_moves_by_its_own_amount(change: Any) -> None:
    x = np.full((2000, 2, 3, 3), 0.5, np.float32)
    shift = change(ChannelShift(shift=0.3), x) - 0.5
    assert np.ptp(shift, axis=(1, 2)).max() == 0
    assert np.abs(shift).max() <= 0.3 + 1e-6
    assert shift.std() == pytest.approx(0.3 / np.sqrt(3), rel=0.05)
    # Three standard errors of a correlation of 2,000 pairs.
    correlation = np.corrcoef(shift[:, 0, 0].T)
    assert np.abs(correlation - np.eye(3)).max() < 3 / np.sqrt(2000)


def test_one_amount_for_all_is_a_change_of_brightness(photos: Any, change: Any) -> None:
    shifted = change(ChannelShift(shift=Exactly(0.2)), photos)
    assert np.array_equal(shifted, change(Brightness(shift=Exactly(0.2)), photos))


def test_the_shift_is_a_share_of_the_range(change: Any) -> None:
    x = np.full((1, 2, 2, 3), 100, np.float32)
    assert change(ChannelShift(shift=Exactly(0.2)), x, bounds=Bounds(0, 255)) == pytest.approx(151)
    assert change(ChannelShift(shift=Exactly(0.2)), x, bounds=UNBOUNDED) == pytest.approx(100.2)


def test_no_shift_changes_nothing(photos: Any, change: Any) -> None:
    assert np.array_equal(change(ChannelShift(shift=0), photos, bounds=UNBOUNDED), photos)


@pytest.mark.parametrize("shift", [25, Exactly(-1.5), Between(0, 2), -0.1, float("nan"), "0.1"])
def test_an_impossible_shift_is_refused(shift: Any) -> None:
    with pytest.raises(InvalidArgument, match="shift="):
        ChannelShift(shift=shift)


def test_a_milder_shift_is_a_share_of_it() -> None:
    assert ChannelShift(shift=0.2).scaled(0.5) == ChannelShift(shift=0.1)
    assert ChannelShift.strongest() == ChannelShift(shift=0.5)
