"""Rotation against np.rot90 and against scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust import Between, Exactly, InvalidArgument
from pytest_robust.core.parameters import draw
from pytest_robust.core.streams import Streams
from pytest_robust.transforms import Constant, Rotate


@pytest.mark.parametrize("quarters", [-3, -2, -1, 0, 1, 2, 3, 4])
def test_quarter_turns_equal_rot90(quarters: int, squares: Any, change: Any) -> None:
    turned = change(Rotate(degrees=Exactly(90 * quarters)), squares)
    assert np.array_equal(turned, np.rot90(squares, quarters, axes=(1, 2)))


def test_a_positive_angle_turns_counter_clockwise_as_seen(change: Any) -> None:
    # A light to the right of the centre rises, towards the first row.
    x = np.zeros((1, 11, 11), np.float32)
    x[0, 5, 9] = 1
    row, column = np.unravel_index(change(Rotate(degrees=Exactly(30)), x)[0].argmax(), (11, 11))
    assert row < 5
    assert column > 5


@pytest.mark.parametrize("degrees", [-47.0, 12.5, 133.0])
def test_rotation_agrees_with_scipy(degrees: float, photos: Any, change: Any) -> None:
    expected = [
        ndimage.rotate(image.astype(np.float64), degrees, reshape=False, order=1, mode="nearest") for image in photos
    ]
    np.testing.assert_allclose(change(Rotate(degrees=Exactly(degrees)), photos), expected, atol=1e-4)


def test_no_rotation_changes_nothing(photos: Any, change: Any) -> None:
    assert np.array_equal(change(Rotate(degrees=0), photos), photos)


def test_a_number_draws_angles_to_both_sides(squares: Any, change: Any) -> None:
    streams = Streams.of(0, "rotate", index=np.arange(5))
    angles = draw("degrees", 180, streams)
    assert angles.min() < 0 < angles.max()
    for row, angle in enumerate(angles):
        alone = change(Rotate(degrees=Exactly(float(angle))), squares)[row]
        assert np.array_equal(change(Rotate(degrees=180), squares)[row], alone)


def test_a_larger_range_turns_the_same_way_twice_as_far(change: Any) -> None:
    # The direction of a light to the right of the centre tells the angle.
    x = np.zeros((20, 31, 31), np.float32)
    x[:, 15, 25] = 1
    near, far = (
        [ndimage.center_of_mass(image) for image in change(Rotate(degrees=degrees), x)] for degrees in (20, 40)
    )
    angles = [np.degrees(np.arctan2(15 - np.array(at)[:, 0], np.array(at)[:, 1] - 15)) for at in (near, far)]
    np.testing.assert_allclose(angles[1], 2 * angles[0], atol=1)
    assert angles[0].min() < 0 < angles[0].max()


def test_corners_are_filled_with_the_constant(change: Any) -> None:
    turned = change(Rotate(degrees=Exactly(45), fill=Constant(0)), np.ones((1, 16, 16), np.float32))
    assert turned[0, 0, 0] == 0
    assert turned[0, 8, 8] == pytest.approx(1)


def test_a_fill_outside_the_bounds_is_clipped(change: Any) -> None:
    turned = change(Rotate(degrees=Exactly(45), fill=Constant(-7)), np.ones((1, 16, 16), np.float32))
    assert turned.min() == 0


@pytest.mark.parametrize("degrees", [-1, float("nan"), "15", True, None])
def test_an_impossible_range_is_refused(degrees: Any) -> None:
    with pytest.raises(InvalidArgument, match="degrees="):
        Rotate(degrees=degrees)


def test_a_milder_rotation_is_a_share_of_the_angle() -> None:
    assert Rotate(degrees=30).scaled(0.5) == Rotate(degrees=15)
    assert Rotate(degrees=Exactly(-30)).scaled(0.5) == Rotate(degrees=Exactly(-15))
    assert Rotate(degrees=Between(-10, 30)).scaled(0.1) == Rotate(degrees=Between(-1, 3))
    assert Rotate.strongest() == Rotate(degrees=180)
