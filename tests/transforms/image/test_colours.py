"""What all changes of light and colour hold to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import Bounds, InvalidData
from pytest_robust.core.perturbation import Transform
from pytest_robust.transforms import (
    ChannelShift,
    ChannelShuffle,
    ChromaSubsampling,
    ColorJitter,
    Cutout,
    Grey,
    LowLight,
    Overexposure,
)

OF_COLOUR = [ChannelShuffle(), ChromaSubsampling(), ColorJitter(saturation=0.5), ColorJitter(hue=0.3), Grey()]
ALL = [
    *OF_COLOUR,
    ChannelShift(shift=0.2),
    ColorJitter(brightness=0.5, contrast=0.5),
    Cutout(share=0.5),
    LowLight(stops=2),
    Overexposure(stops=2),
]


@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_alpha_stays_and_colours_change_as_without_it(transform: Transform, photos: Any, change: Any) -> None:
    alpha = np.random.default_rng(1).random((*photos.shape[:3], 1), dtype=np.float32)
    changed = change(transform, np.concatenate([photos, alpha], axis=3))
    assert np.array_equal(changed[..., 3:], alpha)
    np.testing.assert_allclose(changed[..., :3], change(transform, photos), atol=1e-6)
    assert not np.array_equal(changed[..., :3], photos)


@pytest.mark.parametrize("bounds", [Bounds(0, 255), Bounds(-1, 1), Bounds(-3, -1)], ids=str)
@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_the_range_of_the_values_is_a_unit(transform: Transform, bounds: Bounds, photos: Any, change: Any) -> None:
    changed = change(transform, photos * np.float32(bounds.span) + np.float32(bounds.low), bounds=bounds)
    unit = (changed - bounds.low) / bounds.span
    np.testing.assert_allclose(unit, change(transform, photos), atol=2e-5)


@pytest.mark.parametrize("transform", OF_COLOUR, ids=repr)
@pytest.mark.parametrize("shape", [(2, 6, 5), (2, 6, 5, 1)], ids=str)
def test_a_change_of_colours_refuses_grey_images(transform: Transform, shape: Any, change: Any) -> None:
    with pytest.raises(InvalidData, match=r"changes colours, and the images are grey; leave it out"):
        change(transform, np.zeros(shape, np.float32))


@pytest.mark.parametrize("transform", OF_COLOUR, ids=repr)
def test_no_images_change_into_none(transform: Transform, change: Any) -> None:
    assert change(transform, np.empty((0, 6, 5, 3), np.float32)).shape == (0, 6, 5, 3)


@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_large_images_are_the_same_alone_to_the_last_bit(transform: Transform, change: Any) -> None:
    # Larger than a block, and of odd sides, so that vector loops end in remainders.
    x = np.random.default_rng(0).random((3, 107, 113, 3), dtype=np.float32)
    assert np.array_equal(change(transform, x[:1])[0], change(transform, x)[0])
