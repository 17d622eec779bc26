"""Gaussian blur against scipy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust import UNBOUNDED
from pytest_robust.transforms import CifarC, GaussianBlur, ImageNetC

PUBLISHED = [(ImageNetC(), (1, 2, 3, 4, 6)), (CifarC(), (0.4, 0.6, 0.7, 0.8, 1))]


@pytest.mark.parametrize(("constants", "sigmas"), PUBLISHED)
@pytest.mark.parametrize("shape", [(8, 8, 1), (40, 23, 3)], ids=str)
def test_it_is_the_blur_of_the_published_deviation(
    constants: Any, sigmas: tuple[float, ...], shape: tuple[int, ...], change: Any
) -> None:
    images = np.random.default_rng(0).random((3, *shape), dtype=np.float32)
    for severity, sigma in enumerate(sigmas, 1):
        blurred = change(GaussianBlur(severity=severity, constants=constants), images)
        expected = ndimage.gaussian_filter(images.astype(np.float64), (0, sigma, sigma, 0), mode="nearest")
        np.testing.assert_allclose(blurred, expected, atol=1e-6)


def test_an_image_without_contrast_is_left_without(change: Any) -> None:
    flat = np.full((2, 20, 20, 3), 0.7, np.float32)
    np.testing.assert_allclose(change(GaussianBlur(severity=5), flat), flat, atol=1e-6)


def test_it_needs_no_range(photos: Any, change: Any) -> None:
    blur = GaussianBlur(severity=2)
    assert np.array_equal(change(blur, photos, bounds=UNBOUNDED), change(blur, photos))
