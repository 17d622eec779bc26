"""Mirror images against reversed axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.transforms import Flip, Horizontal, Vertical


def test_a_horizontal_flip_reverses_the_columns(photos: Any, change: Any) -> None:
    assert np.array_equal(change(Flip(), photos), photos[:, :, ::-1])


def test_a_vertical_flip_reverses_the_rows(photos: Any, change: Any) -> None:
    assert np.array_equal(change(Flip(direction=Vertical()), photos), photos[:, ::-1])


def test_grey_images_are_flipped_the_same_way(squares: Any, change: Any) -> None:
    assert np.array_equal(change(Flip(), squares), squares[:, :, ::-1])
    assert np.array_equal(change(Flip(direction=Vertical()), squares), squares[:, ::-1])


def test_probability_zero_flips_nothing_and_returns_a_copy(photos: Any, change: Any) -> None:
    same = change(Flip(probability=0), photos)
    assert np.array_equal(same, photos)
    assert not np.shares_memory(same, photos)


def test_the_probability_is_the_share_of_flipped_images(change: Any) -> None:
    x = np.tile(np.array([[0, 1]], np.float32), (4000, 1, 1))
    share = change(Flip(probability=0.3), x)[:, 0, 0].mean()
    # Four standard errors.
    assert share == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / 4000))


def test_a_larger_probability_flips_the_same_images_and_more(change: Any) -> None:
    x = np.tile(np.array([[0, 1]], np.float32), (500, 1, 1))
    few, many = (change(Flip(probability=p), x)[:, 0, 0] == 1 for p in (0.2, 0.6))
    assert (many | ~few).all()
    assert few.sum() < many.sum()


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan"), True, "0.5", None])
def test_an_impossible_probability_is_refused(probability: Any) -> None:
    with pytest.raises(InvalidArgument, match="probability="):
        Flip(probability=probability)


@pytest.mark.parametrize("direction", ["vertical", Vertical, None])
def test_a_direction_by_name_is_refused_with_the_values_to_write(direction: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"Horizontal\(\) or Vertical\(\)"):
        Flip(direction=direction)


def test_a_flip_has_no_strength() -> None:
    assert Flip.strongest() == Flip(direction=Horizontal(), probability=1.0)
    assert Flip().scaled(0.5) == Flip()
    assert Flip().level is None
