"""Brightness against plain addition."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Between, Bounds, Exactly, InvalidArgument, InvalidData
from pytest_robust.transforms import Brightness, CifarC, ImageNetC


@pytest.mark.parametrize("shift", [-0.3, 0.2, 1])
def test_a_shift_is_added_and_clipped(shift: float, photos: Any, change: Any) -> None:
    expected = np.clip(photos + np.float32(shift), 0, 1)
    np.testing.assert_allclose(change(Brightness(shift=Exactly(shift)), photos), expected, atol=1e-6)


def test_the_shift_is_a_share_of_the_range(change: Any) -> None:
    x = np.full((1, 2, 2), 100, np.float32)
    assert change(Brightness(shift=Exactly(0.2)), x, bounds=Bounds(0, 255)) == pytest.approx(151)
    assert change(Brightness(shift=Exactly(0.2)), x, bounds=UNBOUNDED) == pytest.approx(100.2)
    assert change(Brightness(shift=Exactly(0.2)), x * 0, bounds=Bounds(-1, 1)) == pytest.approx(0.4)


def test_a_number_draws_one_shift_an_image_to_both_sides(change: Any) -> None:
    x = np.full((2000, 2, 3, 3), 0.5, np.float32)
    shift = change(Brightness(shift=0.3), x) - 0.5
    assert np.ptp(shift, axis=(1, 2, 3)).max() == 0
    assert np.abs(shift).max() <= 0.3 + 1e-6
    assert shift.std() == pytest.approx(0.3 / np.sqrt(3), rel=0.05)
    assert shift.mean() == pytest.approx(0, abs=0.02)


def test_a_larger_range_shifts_the_same_way_further(change: Any) -> None:
    x = np.full((50, 2, 2), 0.5, np.float32)
    near, far = (change(Brightness(shift=r), x) - 0.5 for r in (0.1, 0.2))
    np.testing.assert_allclose(far, 2 * near, atol=1e-6)


def test_no_shift_changes_nothing(photos: Any, change: Any) -> None:
    same = change(Brightness(shift=0), photos, bounds=UNBOUNDED)
    assert np.array_equal(same, photos)
    assert not np.shares_memory(same, photos)


@pytest.mark.parametrize("shift", [25, Exactly(-1.5), Between(0, 2), -0.1, float("nan"), "0.1"])
def test_an_impossible_shift_is_refused(shift: Any) -> None:
    with pytest.raises(InvalidArgument, match="shift="):
        Brightness(shift=shift)


def test_a_milder_shift_is_a_share_of_it() -> None:
    assert Brightness(shift=0.2).scaled(0.5) == Brightness(shift=0.1)
    assert Brightness.strongest() == Brightness(shift=0.5)


@pytest.mark.parametrize(
    ("constants", "published"),
    [(ImageNetC(), (0.1, 0.2, 0.3, 0.4, 0.5)), (CifarC(), (0.05, 0.1, 0.15, 0.2, 0.3))],
)
def test_a_severity_is_added_to_the_value_of_hsv(
    constants: Any, published: tuple[float, ...], photos: Any, change: Any
) -> None:
    photos = photos.copy()
    photos[0, 0, :4] = [[0, 0, 0], [1, 1, 1], [0.4, 0.4, 0.4], [0, 0.9, 0.2]]
    for severity, more in enumerate(published, 1):
        changed = change(Brightness(severity=severity, constants=constants), photos)
        for pixel, got in zip(photos[0].reshape(-1, 3), changed[0].reshape(-1, 3), strict=True):
            hue, saturation, value = colorsys.rgb_to_hsv(*map(float, pixel))
            np.testing.assert_allclose(got, colorsys.hsv_to_rgb(hue, saturation, min(value + more, 1)), atol=1e-5)


def test_on_grey_images_a_severity_is_a_shift(squares: Any, change: Any) -> None:
    lighter = change(Brightness(severity=3, constants=ImageNetC()), squares)
    np.testing.assert_allclose(lighter, change(Brightness(shift=Exactly(0.3)), squares), atol=1e-6)


def test_a_severity_leaves_alpha_and_turns_black_grey(change: Any) -> None:
    images = np.full((1, 8, 8, 4), 1e-40, np.float32)
    lighter = change(Brightness(severity=3, constants=ImageNetC()), images)
    np.testing.assert_allclose(lighter[0, 0, 0], [0.3, 0.3, 0.3, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "neither is given"),
        ({"shift": 0.1, "severity": 1}, "both are given"),
        ({"severity": 6}, "severity=6"),
        ({"shift": 0.1, "constants": "cifar"}, "constants='cifar'"),
    ],
)
def test_exactly_one_of_shift_and_severity_is_taken(arguments: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        Brightness(**arguments)


def test_a_severity_means_nothing_without_a_range(photos: Any, change: Any) -> None:
    with pytest.raises(InvalidData, match="what is black and what is white.*bounds="):
        change(Brightness(severity=1), photos, bounds=UNBOUNDED)
