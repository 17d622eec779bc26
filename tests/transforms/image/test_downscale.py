"""Downscaling against repeated pixels and against scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust import Between, Exactly, InvalidArgument
from pytest_robust.transforms import Downscale


def _down_and_up(image: Any, rows: int, columns: int) -> Any:
    """Return one (height, width) image, each step the slow and obvious way."""
    height, width = image.shape
    # Each pixel split into as many as there will be, and as many of these as there were averaged.
    fine = np.repeat(np.repeat(image.astype(np.float64), rows, axis=0), columns, axis=1)
    small = fine.reshape(rows, height, columns, width).mean(axis=(1, 3))
    down, across = ((np.arange(size) + 0.5) * count / size - 0.5 for size, count in ((height, rows), (width, columns)))
    return ndimage.map_coordinates(small, np.meshgrid(down, across, indexing="ij"), order=1, mode="nearest")


@pytest.mark.parametrize(
    ("lost", "rows", "columns"), [(0.5, 4, 6), (0.3, 6, 8), (0.7, 3, 4), (0.1, 8, 11), (0.99, 1, 1), (1, 1, 1)]
)
def test_the_result_is_averaged_down_and_interpolated_up(
    lost: float, rows: int, columns: int, photos: Any, change: Any
) -> None:
    expected = np.empty(photos.shape)
    for row in range(len(photos)):
        for channel in range(3):
            expected[row, ..., channel] = _down_and_up(photos[row, ..., channel], rows, columns)
    np.testing.assert_allclose(change(Downscale(lost=lost), photos), expected, atol=1e-6)


def test_one_pixel_is_the_mean(photos: Any, change: Any) -> None:
    coarse = change(Downscale(lost=1), photos)
    mean = photos.mean(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(coarse, np.broadcast_to(mean, photos.shape), atol=1e-6)


def test_a_plain_image_stays_bit_for_bit(change: Any) -> None:
    plain = np.broadcast_to(np.random.default_rng(0).random((20, 1, 1, 3), dtype=np.float32), (20, 11, 7, 3))
    for lost in (0.2, 0.5, 0.77):
        assert np.array_equal(change(Downscale(lost=lost), plain), plain)


@pytest.mark.parametrize("lost", [0, 0.03])
def test_as_many_pixels_change_nothing(lost: float, photos: Any, change: Any) -> None:
    assert np.array_equal(change(Downscale(lost=lost), photos), photos)


def test_a_range_draws_a_size_an_image(change: Any) -> None:
    x = np.random.default_rng(0).random((60, 12, 12), dtype=np.float32)
    coarse = change(Downscale(lost=Between(0, 0.9)), x)
    sizes = []
    for row in range(60):
        fits = [size for size in range(1, 13) if np.allclose(_down_and_up(x[row], size, size), coarse[row], atol=1e-5)]
        assert len(fits) == 1
        sizes += fits
    assert set(sizes) >= set(range(2, 12))


def test_decimal_shares_leave_the_pixels_they_say(change: Any) -> None:
    # 0.9 of 20 is 18 and a little in float32, 0.3 of 10 a little less than 3.
    x = np.random.default_rng(0).random((1, 20, 10), dtype=np.float32)
    for lost, rows, columns in ((0.9, 2, 1), (0.7, 6, 3), (0.85, 3, 2)):
        np.testing.assert_allclose(
            change(Downscale(lost=lost), x)[0], _down_and_up(x[0], rows, columns), atol=1e-6, err_msg=f"{lost}"
        )


@pytest.mark.parametrize("lost", [1.5, -0.1, Between(0, 2), Exactly(-1), float("nan"), "0.5", None])
def test_an_impossible_share_is_refused(lost: Any) -> None:
    with pytest.raises(InvalidArgument, match="lost="):
        Downscale(lost=lost)


def test_a_milder_downscaling_loses_fewer_pixels() -> None:
    assert Downscale(lost=0.5).scaled(0.5) == Downscale(lost=0.25)
    assert Downscale.strongest() == Downscale(lost=0.9)
