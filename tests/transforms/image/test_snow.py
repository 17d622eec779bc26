"""Snow against its formula, and the look of its flakes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust import UNBOUNDED, Bounds, InvalidData
from pytest_robust.core.streams import Streams
from pytest_robust.transforms import CifarC, ImageNetC, Snow
from pytest_robust.transforms.image._noise import normals
from pytest_robust.transforms.image._smear import smeared


@pytest.mark.parametrize(
    ("constants", "severity", "published"),
    [(ImageNetC(), 3, (0.55, 0.3, 4, 0.9, 12, 8, 0.7)), (CifarC(), 4, (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85))],
)
def test_flakes_are_enlarged_noise_above_a_threshold_smeared_and_turned(
    constants: Any, severity: int, published: tuple[float, ...], change: Any
) -> None:
    mean, deviation, size, threshold, radius, sigma, clear = published
    streams = Streams.of(0, "snow", index=np.arange(3))
    cells = int(np.ceil(20 / size)), int(np.ceil(26 / size))
    noise = mean + deviation * normals()[streams.words("flakes", cells)]
    layer = np.stack([ndimage.zoom(field, size, order=1) for field in noise])
    layer[layer < threshold] = 0
    angle = streams.uniform("angle", (), -135, -45)
    flakes = smeared(np.clip(layer, 0, 1)[..., None], angle, radius=int(radius), sigma=sigma)[:, :20, :26, 0]
    photos = np.random.default_rng(0).random((3, 20, 26, 3), dtype=np.float32)
    white = 1.5 * (photos @ np.array([0.299, 0.587, 0.114]))[..., None] + 0.5
    pale = clear * photos + (1 - clear) * np.maximum(photos, white)
    expected = np.clip(pale + (flakes + np.rot90(flakes, 2, axes=(1, 2)))[..., None], 0, 1)
    np.testing.assert_allclose(change(Snow(severity=severity, constants=constants), photos), expected, atol=1e-5)


def test_flakes_fall_steeply(change: Any) -> None:
    # On black there is the same grey wherever no flake is, and along its way a flake hardly changes.
    snow = change(Snow(severity=5, constants=ImageNetC()), np.zeros((40, 64, 64), np.float32))
    down, right = (np.abs(np.diff(snow, axis=axis)).mean() for axis in (1, 2))
    assert down < 0.6 * right


def test_nothing_gets_darker(photos: Any, change: Any) -> None:
    for severity in range(1, 6):
        assert (change(Snow(severity=severity), photos) >= photos - 1e-6).all()


def test_alpha_stays(change: Any) -> None:
    images = np.random.default_rng(0).random((3, 16, 16, 4), dtype=np.float32)
    snow = change(Snow(severity=3), images)
    np.testing.assert_allclose(snow[..., 3], images[..., 3], atol=1e-6)
    assert np.array_equal(snow[..., :3], change(Snow(severity=3), images[..., :3]))


def test_a_grey_image_snows_like_a_colour_image_of_that_grey(squares: Any, change: Any) -> None:
    colour = np.repeat(squares[..., None], 3, axis=-1)
    np.testing.assert_allclose(change(Snow(severity=2), squares), change(Snow(severity=2), colour)[..., 0], atol=1e-6)


def test_it_needs_a_range(photos: Any, change: Any) -> None:
    with pytest.raises(InvalidData, match="what is black and what is white.*bounds="):
        change(Snow(severity=1), photos, bounds=UNBOUNDED)
    shifted = change(Snow(severity=1), photos * 2 - 1, bounds=Bounds(-1, 1))
    np.testing.assert_allclose(shifted, change(Snow(severity=1), photos) * 2 - 1, atol=1e-5)
