"""Overexposure against doubled light."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import Between, Bounds, InvalidArgument, InvalidData
from pytest_robust.transforms import Overexposure


@pytest.mark.parametrize("gamma", [1.0, 2.2])
@pytest.mark.parametrize("stops", [0.5, 1, 3])
def test_each_stop_doubles_the_light_and_highlights_are_clipped(
    stops: float, gamma: float, photos: Any, change: Any
) -> None:
    light = np.minimum(photos.astype(np.float64) ** gamma * 2**stops, 1)
    lighter = change(Overexposure(stops=stops, gamma=gamma), photos)
    np.testing.assert_allclose(lighter, light ** (1 / gamma), atol=1e-6)
    assert (lighter == 1).any()


def test_black_stays_black_wherever_it_is(change: Any) -> None:
    x = np.full((1, 2, 2, 3), -1, np.float32)
    assert (change(Overexposure(stops=3), x, bounds=Bounds(-1, 1)) == -1).all()
    half = change(Overexposure(stops=1, gamma=1), x + 0.5, bounds=Bounds(-1, 1))
    assert half == pytest.approx(0)


def test_no_stop_changes_nothing(photos: Any, change: Any) -> None:
    assert np.array_equal(change(Overexposure(stops=0), photos * 255, bounds=Bounds(0, 255)), photos * 255)


def test_a_range_draws_one_number_of_stops_an_image(change: Any) -> None:
    x = np.full((2000, 2, 2), 0.1, np.float32)
    stops = np.log2(change(Overexposure(stops=Between(1, 3), gamma=1), x) / 0.1)
    assert np.ptp(stops, axis=(1, 2)).max() < 1e-5
    assert stops.min() == pytest.approx(1, abs=0.01)
    assert stops.max() == pytest.approx(3, abs=0.01)
    assert stops.mean() == pytest.approx(2, abs=0.06)


@pytest.mark.parametrize("stops", [-1, Between(-1, 1), float("inf"), "2", None])
def test_impossible_stops_are_refused(stops: Any) -> None:
    with pytest.raises(InvalidArgument, match="stops="):
        Overexposure(stops=stops)


@pytest.mark.parametrize("gamma", [0, -2.2, float("nan"), float("inf"), True, "2.2", None])
def test_an_impossible_gamma_is_refused(gamma: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"gamma=.*2.2 for photographs"):
        Overexposure(stops=1, gamma=gamma)


def test_images_without_white_are_refused(photos: Any, change: Any) -> None:
    with pytest.raises(InvalidData, match="what is white"):
        change(Overexposure(stops=1), photos, bounds=Bounds(0, float("inf")))


def test_a_milder_exposure_has_fewer_stops() -> None:
    assert Overexposure(stops=3).scaled(0.5) == Overexposure(stops=1.5)
    assert Overexposure.strongest() == Overexposure(stops=4)
