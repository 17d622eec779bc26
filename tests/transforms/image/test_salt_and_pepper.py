"""Salt and pepper against counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Between, Bounds, Exactly, InvalidArgument, InvalidData
from pytest_robust.transforms import SaltAndPepper


@pytest.mark.parametrize("bounds", [Bounds(0, 1), Bounds(0, 255), Bounds(-1, 1)], ids=str)
def test_half_the_share_goes_each_way(bounds: Bounds, change: Any) -> None:
    middle = (bounds.low + bounds.high) / 2
    x = np.full((50, 40, 40), middle, np.float32)
    noisy = change(SaltAndPepper(share=0.2), x, bounds=bounds)
    # Five standard errors of a share of 0.1 in 80,000 entries.
    assert (noisy == bounds.low).mean() == pytest.approx(0.1, abs=0.0054)
    assert (noisy == bounds.high).mean() == pytest.approx(0.1, abs=0.0054)
    assert set(np.unique(noisy)) == {bounds.low, middle, bounds.high}


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_whole_pixels_are_set_across_channels(channels: int, change: Any) -> None:
    x = np.full((4, 30, 30, channels), 0.5, np.float32)
    noisy = change(SaltAndPepper(share=0.3), x)
    assert np.ptp(noisy, axis=-1).max() == 0
    assert 0.2 < (noisy != 0.5).mean() < 0.4


def test_entries_of_a_table_are_set_one_by_one(change: Any) -> None:
    noisy = change(SaltAndPepper(share=0.5), np.full((1000, 8), 0.5, np.float32))
    assert (noisy != 0.5).mean() == pytest.approx(0.5, abs=0.03)
    assert np.ptp(noisy, axis=1).min() == 0 or np.ptp(noisy, axis=1).max() == 1


def test_share_one_sets_every_entry_and_share_zero_none(photos: Any, change: Any) -> None:
    assert set(np.unique(change(SaltAndPepper(share=1), photos))) == {0, 1}
    assert np.array_equal(change(SaltAndPepper(share=0), photos), photos)


def test_a_larger_share_sets_the_same_entries_and_more(photos: Any, change: Any) -> None:
    few, many = (change(SaltAndPepper(share=share), photos) for share in (0.2, 0.6))
    touched = few != photos
    assert np.array_equal(few[touched], many[touched])
    assert (many != photos).sum() > touched.sum() > 0


def test_between_draws_one_share_an_example(change: Any) -> None:
    x = np.full((200, 40, 40), 0.5, np.float32)
    shares = (change(SaltAndPepper(share=Between(0.1, 0.5)), x) != 0.5).mean(axis=(1, 2))
    assert shares.min() == pytest.approx(0.1, abs=0.03)
    assert shares.max() == pytest.approx(0.5, abs=0.05)


def test_a_number_is_the_share_itself(photos: Any, change: Any) -> None:
    assert np.array_equal(change(SaltAndPepper(share=0.2), photos), change(SaltAndPepper(share=Exactly(0.2)), photos))


def test_inputs_without_bounds_are_refused_with_the_remedy(photos: Any, change: Any) -> None:
    with pytest.raises(InvalidData, match=r"no such limits; pass bounds=\(lowest, highest\)"):
        change(SaltAndPepper(share=0.1), photos, bounds=UNBOUNDED)


def test_texts_are_refused(change: Any) -> None:
    with pytest.raises(InvalidData, match="changes numbers"):
        change(SaltAndPepper(share=0.1), np.array(["word"]))


@pytest.mark.parametrize("share", [-0.1, 1.5, Exactly(2), Between(0, 3), float("nan"), True, "0.1"])
def test_an_impossible_share_is_refused(share: Any) -> None:
    with pytest.raises(InvalidArgument, match="share="):
        SaltAndPepper(share=share)


def test_a_milder_share_is_smaller() -> None:
    assert SaltAndPepper(share=0.2).scaled(0.5) == SaltAndPepper(share=0.1)
    assert SaltAndPepper.strongest() == SaltAndPepper(share=0.5)
