"""Shearing against scipy and against sliding columns."""

from __future__ import annotations

from math import radians, tan
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust import Between, Exactly, InvalidArgument
from pytest_robust.transforms import Horizontal, Rotate, Shear, Vertical, Wrap


def test_45_degrees_slide_each_column_by_whole_pixels(change: Any) -> None:
    x = np.random.default_rng(0).random((2, 9, 9), dtype=np.float32)
    sheared = change(Shear(degrees=Exactly(45), fill=Wrap()), x)
    expected = np.stack([np.roll(x[:, :, column], 4 - column, axis=1) for column in range(9)], axis=2)
    assert np.array_equal(sheared, expected)


def test_a_positive_angle_tilts_horizontal_lines_counter_clockwise(change: Any) -> None:
    x = np.zeros((1, 21, 21), np.float32)
    x[0, 10] = 1
    sheared = change(Shear(degrees=Exactly(20)), x)[0]
    assert sheared[:, 20].argmax() < 10 < sheared[:, 0].argmax()


def test_45_degrees_slide_each_row_by_whole_pixels(change: Any) -> None:
    x = np.random.default_rng(0).random((2, 9, 9), dtype=np.float32)
    sheared = change(Shear(degrees=Exactly(45), direction=Vertical(), fill=Wrap()), x)
    expected = np.stack([np.roll(x[:, row], row - 4, axis=1) for row in range(9)], axis=1)
    assert np.array_equal(sheared, expected)


def test_both_directions_tilt_their_lines_the_way_a_rotation_turns_them(change: Any) -> None:
    for direction, line in ((Horizontal(), (10, slice(None))), (Vertical(), (slice(None), 10))):
        x = np.zeros((1, 21, 21), np.float32)
        x[0][line] = 1
        sheared = change(Shear(degrees=Exactly(20), direction=direction), x)
        turned, opposite = (change(Rotate(degrees=Exactly(degrees)), x) for degrees in (20, -20))
        assert (sheared * turned).sum() > 2 * (sheared * opposite).sum()


@pytest.mark.parametrize("direction", ["vertical", Vertical, None])
def test_a_direction_by_name_is_refused_with_the_values_to_write(direction: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"Horizontal\(\) or Vertical\(\)"):
        Shear(degrees=10, direction=direction)


def test_vertical_lines_stay(change: Any) -> None:
    x = np.zeros((1, 21, 21), np.float32)
    x[0, :, 13] = 1
    np.testing.assert_allclose(change(Shear(degrees=Exactly(30)), x), x, atol=1e-6)


@pytest.mark.parametrize("degrees", [-60.0, 10.0, 33.3])
def test_shear_agrees_with_scipy(degrees: float, photos: Any, change: Any) -> None:
    matrix = np.array([[1, tan(radians(degrees)), 0], [0, 1, 0], [0, 0, 1]])
    centre = np.array([4, 5.5, 1])
    expected = [
        ndimage.affine_transform(image.astype(np.float64), matrix, centre - matrix @ centre, order=1, mode="nearest")
        for image in photos
    ]
    np.testing.assert_allclose(change(Shear(degrees=Exactly(degrees)), photos), expected, atol=1e-4)


def test_no_shear_changes_nothing(photos: Any, change: Any) -> None:
    assert np.array_equal(change(Shear(degrees=0), photos), photos)


def test_a_number_draws_tilts_to_both_sides(change: Any) -> None:
    x = np.zeros((60, 21, 21), np.float32)
    x[:, 10] = 1
    rise = 10 - change(Shear(degrees=20), x)[:, :, 20].argmax(axis=1)
    assert rise.min() < 0 < rise.max()
    assert np.abs(rise).max() <= round(10 * tan(radians(20)))


@pytest.mark.parametrize("degrees", [90, Exactly(-90), Between(0, 100), -5, float("nan"), "10"])
def test_an_impossible_angle_is_refused(degrees: Any) -> None:
    with pytest.raises(InvalidArgument, match="degrees="):
        Shear(degrees=degrees)


def test_a_milder_shear_is_a_share_of_the_angle() -> None:
    assert Shear(degrees=10).scaled(0.5) == Shear(degrees=5)
    assert Shear.strongest() == Shear(degrees=45)
    assert Shear(degrees=30, direction=Vertical()).scaled(0.5) == Shear(degrees=15, direction=Vertical())
