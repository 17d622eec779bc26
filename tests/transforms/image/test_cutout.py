"""Cutout against the area and the place of a square."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Between, Bounds, InvalidArgument
from pytest_robust.transforms import Cutout


def _hidden(change: Any, transform: Cutout, count: int, height: int, width: int) -> Any:
    return change(transform, np.full((count, height, width), 0.25, np.float32)) == transform.value


@pytest.mark.parametrize("share", [0.25, 0.5, 1.0])
def test_a_whole_square_has_its_side_and_a_cut_one_less(share: float, change: Any) -> None:
    hidden = _hidden(change, Cutout(share=share), 500, 16, 24)
    side = round(share * 16)
    rows, columns = hidden.any(axis=2).sum(axis=1), hidden.any(axis=1).sum(axis=1)
    assert rows.max() == columns.max() == side
    # A rectangle: as many pixels as rows times columns, without gaps.
    assert np.array_equal(hidden.sum(axis=(1, 2)), rows * columns)
    assert np.abs(np.diff(hidden.any(axis=1).astype(int), axis=1)).sum(axis=1).max() <= 2
    # At least a quarter lies inside, but for the pixel that its centre halves.
    assert rows.min() >= side // 2
    assert columns.min() >= side // 2


def test_the_centre_is_anywhere_in_the_image_alike(change: Any) -> None:
    hidden = _hidden(change, Cutout(share=1 / 8), 4000, 8, 8)
    # One pixel an image, each of 64 with the same chance.
    assert (hidden.sum(axis=(1, 2)) == 1).all()
    counts = hidden.sum(axis=0)
    assert ((counts - 4000 / 64) ** 2 / (4000 / 64)).sum() < 63 + 4 * np.sqrt(2 * 63)


def test_the_expected_area_is_that_of_a_square_over_the_edge(change: Any) -> None:
    # A side s with its centre uniform in 0..1 covers s - s**2 / 4 on average.
    hidden = _hidden(change, Cutout(share=0.5), 4000, 32, 32)
    assert hidden.mean() == pytest.approx((0.5 - 0.5**2 / 4) ** 2, rel=0.02)


def test_a_larger_square_hides_the_same_pixels_and_more(change: Any) -> None:
    small, large = (_hidden(change, Cutout(share=share), 100, 20, 30) for share in (0.2, 0.5))
    assert (large | ~small).all()
    assert large.sum() > 2 * small.sum()


def test_the_rest_of_the_image_stays_and_all_colours_are_hidden(photos: Any, change: Any) -> None:
    cut = change(Cutout(share=0.4, value=1.0), photos)
    hidden = (cut != photos).any(axis=3)
    assert hidden.any()
    assert (cut[hidden] == 1).all()
    assert np.array_equal(cut[~hidden], photos[~hidden])


def test_the_value_is_a_share_of_the_range(change: Any) -> None:
    x = np.full((1, 4, 4), 100, np.float32)
    cut = Cutout(share=1, value=0.2)
    assert 51 in change(cut, x, bounds=Bounds(0, 255))
    assert 100 + np.float32(-0.6) not in change(cut, x, bounds=Bounds(-1, 1))
    assert np.float32(0.2) in change(cut, x, bounds=UNBOUNDED)
    assert np.float32(-0.6) in change(cut, x * 0, bounds=Bounds(-1, 1))


def test_nothing_is_hidden_by_a_square_without_a_pixel(photos: Any, change: Any) -> None:
    assert np.array_equal(change(Cutout(share=0), photos), photos)
    assert np.array_equal(change(Cutout(share=0.04), photos), photos)


@pytest.mark.parametrize("share", [1.5, -0.1, Between(0, 2), float("nan"), "0.5", None])
def test_an_impossible_share_is_refused(share: Any) -> None:
    with pytest.raises(InvalidArgument, match="share="):
        Cutout(share=share)


@pytest.mark.parametrize("value", [128, -0.1, float("nan"), True, "black", None])
def test_an_impossible_value_is_refused_with_the_unit(value: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"value=.*divide by 255"):
        Cutout(share=0.5, value=value)


def test_a_milder_cutout_is_a_smaller_square() -> None:
    assert Cutout(share=0.5).scaled(0.5) == Cutout(share=0.25)
    assert Cutout.strongest() == Cutout(share=1.0)
