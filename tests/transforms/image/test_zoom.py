"""Zooming against scipy and against repeated pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust import Between, Exactly, InvalidArgument
from pytest_robust.transforms import Constant, Zoom


@pytest.mark.parametrize("factor", [0, Exactly(1), Between(1, 1)])
def test_factor_one_changes_nothing(factor: Any, photos: Any, change: Any) -> None:
    assert np.array_equal(change(Zoom(factor=factor), photos), photos)


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.7, 3.0])
def test_zoom_agrees_with_scipy(factor: float, photos: Any, change: Any) -> None:
    centre = np.array([4, 5.5, 1])
    matrix = np.array([1 / factor, 1 / factor, 1])
    expected = [
        ndimage.affine_transform(image.astype(np.float64), matrix, centre - matrix * centre, order=1, mode="nearest")
        for image in photos
    ]
    np.testing.assert_allclose(change(Zoom(factor=Exactly(factor)), photos), expected, atol=1e-4)


@pytest.mark.parametrize(("height", "width"), [(0.5, 1.7), (3.0, 0.8), (1.3, None), (None, 0.4)])
def test_separate_factors_agree_with_scipy(height: Any, width: Any, photos: Any, change: Any) -> None:
    centre = np.array([4, 5.5, 1])
    matrix = 1 / np.array([height or 1, width or 1, 1])
    expected = [
        ndimage.affine_transform(image.astype(np.float64), matrix, centre - matrix * centre, order=1, mode="nearest")
        for image in photos
    ]
    sides = {name: Exactly(side) for name, side in (("height", height), ("width", width)) if side is not None}
    np.testing.assert_allclose(change(Zoom(**sides), photos), expected, atol=1e-4)


def test_separate_factors_are_drawn_apart(change: Any) -> None:
    x = np.zeros((300, 40, 40), np.float32)
    x[:, 15:25, 15:25] = 1
    zoomed = change(Zoom(height=0.3, width=0.3), x)
    sides = zoomed.sum(axis=1)[:, 20] / 10, zoomed.sum(axis=2)[:, 20] / 10
    for side in sides:
        assert side.min() == pytest.approx(0.7, abs=0.05)
        assert side.max() == pytest.approx(1.3, abs=0.05)
    assert abs(np.corrcoef(sides)[0, 1]) < 0.2


def test_one_factor_for_both_sides_and_one_for_each_are_told_apart() -> None:
    with pytest.raises(InvalidArgument, match=r"none is given; write for instance Zoom\(factor=0.2\)"):
        Zoom()
    for sides in ({"height": 0.1}, {"width": 0.1}, {"height": 0.1, "width": 0.1}):
        with pytest.raises(InvalidArgument, match="both are given"):
            Zoom(factor=0.1, **sides)


def test_factors_above_one_enlarge(change: Any) -> None:
    x = np.zeros((1, 24, 24), np.float32)
    x[0, 8:16, 8:16] = 1
    areas = [change(Zoom(factor=Exactly(factor), fill=Constant(0)), x).sum() for factor in (0.5, 1, 2)]
    np.testing.assert_allclose(areas, [16, 64, 256], rtol=0.02)


def test_a_number_draws_factors_around_one(change: Any) -> None:
    # Far from the edges the area of a square grows with the square of the factor.
    x = np.zeros((300, 40, 40), np.float32)
    x[:, 15:25, 15:25] = 1
    factor = np.sqrt(change(Zoom(factor=0.3), x).sum(axis=(1, 2)) / 100)
    assert factor.min() == pytest.approx(0.7, abs=0.04)
    assert factor.max() == pytest.approx(1.3, abs=0.04)
    assert factor.mean() == pytest.approx(1, abs=0.04)


@pytest.mark.parametrize("factor", [1, 1.5, Exactly(0), Between(-1, 2), -0.1, float("nan"), "2"])
def test_an_impossible_factor_is_refused(factor: Any) -> None:
    with pytest.raises(InvalidArgument, match="factor="):
        Zoom(factor=factor)
    for side in ("height", "width"):
        with pytest.raises(InvalidArgument, match=f"{side}="):
            Zoom(**{side: factor})


def test_a_factor_given_as_a_range_is_refused_with_the_value_to_write() -> None:
    with pytest.raises(InvalidArgument, match=r"from -1 to 3.*factor=Exactly\(2\)"):
        Zoom(factor=2)


def test_a_milder_zoom_is_nearer_to_one() -> None:
    assert Zoom(factor=0.4).scaled(0.5) == Zoom(factor=0.2)
    assert Zoom(factor=Exactly(2)).scaled(0.5) == Zoom(factor=Exactly(1.5))
    assert Zoom(factor=Between(0.5, 2)).scaled(0.5) == Zoom(factor=Between(0.75, 1.5))
    assert Zoom.strongest() == Zoom(factor=0.5)
    assert Zoom(height=0.4, width=Exactly(2)).scaled(0.5) == Zoom(height=0.2, width=Exactly(1.5))
    assert Zoom(width=0.3).level == 0.3
    assert Zoom(height=0.3, width=0.3).level is None
