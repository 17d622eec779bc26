"""Translation against np.roll and against scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust import Exactly, InvalidArgument
from pytest_robust.transforms import Constant, Translate, Wrap


@pytest.mark.parametrize("columns", [-12, -5, -1, 0, 3, 7, 12])
@pytest.mark.parametrize("rows", [-9, -4, 0, 2, 9])
def test_whole_pixels_equal_roll(rows: int, columns: int, photos: Any, change: Any) -> None:
    transform = Translate(width=Exactly(columns / 12), height=Exactly(rows / 9), fill=Wrap())
    assert np.array_equal(change(transform, photos), np.roll(photos, (rows, columns), axis=(1, 2)))


def test_positive_shares_move_right_and_down(change: Any) -> None:
    x = np.zeros((1, 10, 20), np.float32)
    x[0, 2, 3] = 1
    moved = change(Translate(width=Exactly(0.25), height=Exactly(0.5)), x)
    assert moved[0, 7, 8] == 1
    assert moved.sum() == 1


def test_the_edge_is_repeated_where_the_image_was(photos: Any, change: Any) -> None:
    moved = change(Translate(width=Exactly(3 / 12), height=0), photos)
    assert np.array_equal(moved[:, :, 3:], photos[:, :, :-3])
    assert np.array_equal(moved[:, :, :3], np.repeat(photos[:, :, :1], 3, axis=2))


def test_part_of_a_pixel_agrees_with_scipy(photos: Any, change: Any) -> None:
    moved = change(Translate(width=Exactly(0.1), height=Exactly(-0.23)), photos)
    expected = ndimage.shift(photos.astype(np.float64), (0, -0.23 * 9, 0.1 * 12, 0), order=1, mode="nearest")
    np.testing.assert_allclose(moved, expected, atol=1e-4)


def test_a_whole_width_leaves_only_the_fill(photos: Any, change: Any) -> None:
    assert (change(Translate(width=Exactly(1), height=0, fill=Constant(0)), photos) == 0).all()


def test_width_and_height_are_drawn_apart(change: Any) -> None:
    x = np.zeros((200, 21, 21), np.float32)
    x[:, 10, 10] = 1
    moved = change(Translate(width=0.4, height=0.4), x)
    centres = np.array([ndimage.center_of_mass(image) for image in moved]) - 10
    assert np.abs(centres).max() <= 0.4 * 21 + 1e-3
    assert abs(np.corrcoef(centres.T)[0, 1]) < 0.25
    assert (np.abs(centres.mean(axis=0)) < 1).all()


def test_a_larger_range_moves_the_same_way_further(change: Any) -> None:
    x = np.zeros((50, 41, 41), np.float32)
    x[:, 20, 20] = 1
    near, far = (
        np.array([ndimage.center_of_mass(image) for image in change(Translate(width=r, height=0), x)])[:, 1] - 20
        for r in (0.1, 0.2)
    )
    np.testing.assert_allclose(far, 2 * near, atol=1e-3)


@pytest.mark.parametrize("share", [3, Exactly(-2), -0.1, float("inf"), "0.1"])
@pytest.mark.parametrize("name", ["width", "height"])
def test_an_impossible_share_is_refused(name: str, share: Any) -> None:
    with pytest.raises(InvalidArgument, match=f"{name}="):
        Translate(**({"width": 0.1, "height": 0.1} | {name: share}))


def test_pixels_are_refused_with_the_share_to_write() -> None:
    with pytest.raises(InvalidArgument, match="width=3 / 28"):
        Translate(width=3, height=0)


def test_a_milder_translation_is_a_share_of_both() -> None:
    assert Translate(width=0.2, height=Exactly(-0.1)).scaled(0.5) == Translate(width=0.1, height=Exactly(-0.05))
    assert Translate.strongest() == Translate(width=0.5, height=0.5)
