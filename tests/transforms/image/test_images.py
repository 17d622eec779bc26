"""What is no image is refused, with the shape and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidData
from pytest_robust.core.perturbation import Transform
from pytest_robust.transforms import (
    Brightness,
    ChannelShift,
    Contrast,
    Cutout,
    Downscale,
    ElasticTransform,
    Flip,
    Fog,
    Frost,
    JpegCompression,
    LowLight,
    Overexposure,
    Perspective,
    Pixelate,
    Rotate,
    Shear,
    Snow,
    Spatter,
    Translate,
    Zoom,
)

ALL = [
    Brightness(shift=0.2),
    ChannelShift(shift=0.2),
    Contrast(factor=0.5),
    Cutout(share=0.5),
    Downscale(lost=0.5),
    ElasticTransform(severity=3),
    Flip(),
    Fog(severity=3),
    Frost(severity=3),
    JpegCompression(severity=3),
    LowLight(stops=2),
    Overexposure(stops=1),
    Perspective(shift=0.1),
    Pixelate(severity=3),
    Rotate(degrees=15),
    Shear(degrees=10),
    Snow(severity=3),
    Spatter(severity=3),
    Translate(width=0.1, height=0.1),
    Zoom(factor=0.2),
]
REFUSED = [
    (np.zeros((2, 784)), r"shape \(2, 784\); unfold flattened images with x.reshape"),
    (np.zeros((2, 3, 8, 8)), r"shape \(2, 3, 8, 8\); the channels seem to come first.*np.moveaxis\(x, 1, -1\)"),
    (np.zeros((2, 8, 8, 7)), r"shape \(2, 8, 8, 7\); the last axis must hold the channels"),
    (np.zeros((2, 4, 8, 8, 3)), r"shape \(2, 4, 8, 8, 3\)"),
    (np.zeros((2, 0, 8)), "without a pixel"),
    (np.zeros((2, 8, 8), dtype=bool), r"inputs are bool; give numbers"),
    (np.array(["a film", "a book"]), "inputs are <U6; give numbers"),
]


@pytest.mark.parametrize("transform", ALL, ids=repr)
@pytest.mark.parametrize(("x", "message"), REFUSED, ids=lambda value: str(getattr(value, "shape", "")))
def test_what_is_no_image_is_refused_with_its_remedy(
    transform: Transform, x: Any, message: str, change: Callable[..., Any]
) -> None:
    with pytest.raises(InvalidData, match=message):
        change(transform, x)


@pytest.mark.parametrize("transform", ALL, ids=repr)
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64, np.float16])
def test_other_numbers_are_computed_in_float32(transform: Transform, dtype: Any, change: Callable[..., Any]) -> None:
    x = np.random.default_rng(0).integers(0, 2, (3, 6, 5)).astype(dtype)
    changed = change(transform, x)
    assert changed.dtype == np.float32
    assert np.array_equal(changed, change(transform, x.astype(np.float32)))


@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_a_grey_image_changes_like_one_with_a_channel_axis(transform: Transform, change: Callable[..., Any]) -> None:
    x = np.random.default_rng(0).random((3, 6, 5), dtype=np.float32)
    assert np.array_equal(change(transform, x), change(transform, x[..., None])[..., 0])


@pytest.mark.parametrize("transform", ALL, ids=repr)
def test_no_images_change_into_none(transform: Transform, change: Callable[..., Any]) -> None:
    assert change(transform, np.empty((0, 6, 5, 3), np.float32)).shape == (0, 6, 5, 3)
