"""Saturation against the standard library's HSV."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidData
from pytest_robust.transforms import CifarC, ImageNetC, Saturate

PUBLISHED = [
    (ImageNetC(), ((0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2))),
    (CifarC(), ((0.3, 0), (0.1, 0), (1.5, 0), (2, 0.1), (2.5, 0.2))),
]


@pytest.mark.parametrize(("constants", "published"), PUBLISHED)
def test_saturation_is_multiplied_and_raised(
    constants: Any, published: tuple[tuple[float, float], ...], photos: Any, change: Any
) -> None:
    photos = photos.copy()
    # Black, white, grey and the purest colours: where hue or saturation have no value or their last.
    photos[0, 0, :6] = [[0, 0, 0], [1, 1, 1], [0.4, 0.4, 0.4], [1, 0, 0], [0, 0, 0.5], [0, 1, 1]]
    for severity, (factor, more) in enumerate(published, 1):
        changed = change(Saturate(severity=severity, constants=constants), photos)
        for pixel, got in zip(photos[0].reshape(-1, 3), changed[0].reshape(-1, 3), strict=True):
            hue, saturation, value = colorsys.rgb_to_hsv(*map(float, pixel))
            richer = min(factor * saturation + more, 1)
            np.testing.assert_allclose(got, colorsys.hsv_to_rgb(hue, richer, value), atol=1e-5)


def test_neither_the_largest_channel_nor_alpha_changes(change: Any) -> None:
    images = np.random.default_rng(0).random((3, 8, 8, 4), dtype=np.float32)
    for severity in range(1, 6):
        changed = change(Saturate(severity=severity), images)
        np.testing.assert_allclose(changed[..., 3], images[..., 3], atol=1e-6)
        np.testing.assert_allclose(changed[..., :3].max(axis=-1), images[..., :3].max(axis=-1), atol=1e-6)


def test_the_smallest_differences_there_are_make_no_infinity(change: Any) -> None:
    tiny = np.float32(1e-44) * np.arange(1, 28, dtype=np.float32).reshape(1, 3, 3, 3)
    assert np.isfinite(change(Saturate(severity=5), tiny)).all()
    nearly_grey = np.full((1, 2, 2, 3), 0.7, np.float32)
    nearly_grey[..., 0] = np.nextafter(np.float32(0.7), np.float32(1))
    assert np.isfinite(change(Saturate(severity=5), nearly_grey)).all()


@pytest.mark.parametrize("shape", [(2, 8, 8), (2, 8, 8, 1)])
def test_grey_images_are_refused(shape: tuple[int, ...], change: Any) -> None:
    with pytest.raises(InvalidData, match=r"Saturate\(severity=3\) changes colours, and the images are grey"):
        change(Saturate(severity=3), np.zeros(shape, np.float32))
