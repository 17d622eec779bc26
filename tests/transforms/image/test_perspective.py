"""Perspective against closed forms; tests/core/test_projective.py holds the projection against scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust import Between, Exactly, InvalidArgument
from pytest_robust.core.parameters import amount_range
from pytest_robust.transforms import Constant, Perspective, Zoom


def test_no_shift_changes_nothing(photos: Any, change: Any) -> None:
    assert np.array_equal(change(Perspective(shift=0), photos), photos)


@pytest.mark.parametrize("shift", [-0.5, 0.1, 0.25])
def test_all_corners_moved_alike_zoom_the_image(shift: float, photos: Any, change: Any) -> None:
    seen = change(Perspective(shift=Exactly(shift), fill=Constant(0)), photos)
    zoomed = change(Zoom(factor=Exactly(1 - 2 * shift), fill=Constant(0)), photos)
    np.testing.assert_allclose(seen, zoomed, atol=1e-4)


def test_each_corner_moves_within_its_share_of_either_side(change: Any) -> None:
    # A light near each corner tells where it went.
    x = np.zeros((60, 61, 81), np.float32)
    corners = [(9, 11), (9, 69), (51, 69), (51, 11)]
    for row, column in corners:
        x[:, row - 1 : row + 2, column - 1 : column + 2] = 1
    seen = change(Perspective(shift=0.1, fill=Constant(0)), x)
    ways = []
    for image in seen:
        labels, count = ndimage.label(image > 0.05)
        assert count == 4
        places = np.array(ndimage.center_of_mass(image, labels, range(1, count + 1)))
        ways += [places[np.abs(places - corner).sum(axis=1).argmin()] - corner for corner in corners]
    way = np.abs(ways).max(axis=0)
    # Near the corner, so all but as far as it: 0.1 of 61 and of 81.
    assert 4 < way[0] < 6.3
    assert 6 < way[1] < 8.5


def test_inward_shifts_show_the_whole_image_within_the_frame(change: Any) -> None:
    x = np.ones((40, 30, 30), np.float32)
    seen = change(Perspective(shift=Between(0, 0.3), fill=Constant(0)), x)
    covered = seen.mean(axis=(1, 2))
    assert (covered < 1).all()
    assert (covered > 0.16).all()
    assert (seen[:, 15, 15] > 0.99).all()


def test_a_larger_shift_moves_the_same_way_further(change: Any) -> None:
    x = np.zeros((30, 41, 41), np.float32)
    x[:, 4:7, 4:7] = 1
    near, far = (
        np.array([ndimage.center_of_mass(image) for image in change(Perspective(shift=r, fill=Constant(0)), x)]) - 5
        for r in (0.02, 0.04)
    )
    np.testing.assert_allclose(far, 2 * near, atol=0.2)


@pytest.mark.parametrize("shift", [0.24, Between(0, 0.33), Between(-0.1, 0.29), Exactly(0.49), Exactly(-3)], ids=repr)
def test_the_worst_corners_of_an_allowed_shift_stay_convex(shift: Any) -> None:
    ends = amount_range("shift", shift)
    low, high = ends.low, ends.high
    # One corner with its two neighbours, each at either end along both sides.
    for number in range(2**6):
        a, b, c, d, e, f = ((low, high)[number >> bit & 1] for bit in range(6))
        corner, right, below = np.array([a, b]), np.array([c, 1 - d]), np.array([1 - e, f])
        assert np.cross(*(np.append(way, 0) for way in (right - corner, below - corner)))[2] < 0
    Perspective(shift=shift)


@pytest.mark.parametrize("shift", [0.25, 0.5, Between(0, 0.34), Between(-0.4, 0.2), Exactly(0.5), -0.1, float("nan")])
def test_a_shift_that_can_fold_a_corner_is_refused(shift: Any) -> None:
    with pytest.raises(InvalidArgument, match="shift="):
        Perspective(shift=shift)


def test_a_milder_perspective_is_a_share_of_the_shift() -> None:
    assert Perspective(shift=0.2).scaled(0.5) == Perspective(shift=0.1)
    assert Perspective.strongest() == Perspective(shift=0.2)
