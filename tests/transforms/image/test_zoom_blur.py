"""Zoom blur against scipy's zoom, one factor after the other."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from pytest_robust import UNBOUNDED
from pytest_robust.transforms import CifarC, ImageNetC, ZoomBlur

PUBLISHED = [
    (ImageNetC(), ((1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03))),
    (CifarC(), ((1.06, 0.01), (1.11, 0.01), (1.16, 0.01), (1.21, 0.01), (1.26, 0.01))),
]


def _zoomed(image: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    kept = [ceil(size / factor) for size in image.shape[:2]]
    top, left = ((size - keep) // 2 for size, keep in zip(image.shape[:2], kept, strict=True))
    middle = image[top : top + kept[0], left : left + kept[1]]
    return ndimage.zoom(middle, (factor, factor, 1), order=1)[: image.shape[0], : image.shape[1]]


@pytest.mark.parametrize(("constants", "published"), PUBLISHED)
@pytest.mark.parametrize("shape", [(8, 8, 1), (40, 23, 3)], ids=str)
def test_it_is_the_mean_of_the_published_zooms(
    constants: Any, published: tuple[tuple[float, float], ...], shape: tuple[int, ...], change: Any
) -> None:
    images = np.random.default_rng(0).random((2, *shape), dtype=np.float32)
    for severity, (stop, step) in enumerate(published, 1):
        factors = np.arange(1, stop, step)
        total = images + sum(np.stack([_zoomed(image.astype(np.float64), f) for image in images]) for f in factors)
        blurred = change(ZoomBlur(severity=severity, constants=constants), images)
        np.testing.assert_allclose(blurred, total / (len(factors) + 1), atol=1e-5)


def test_an_image_without_contrast_is_left_without(change: Any) -> None:
    flat = np.full((2, 20, 20, 3), 0.7, np.float32)
    np.testing.assert_allclose(change(ZoomBlur(severity=5), flat), flat, atol=1e-6)


def test_it_needs_no_range(photos: Any, change: Any) -> None:
    blur = ZoomBlur(severity=2)
    assert np.array_equal(change(blur, photos, bounds=UNBOUNDED), change(blur, photos))
