"""JPEG against Pillow, one image at a time."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pytest_robust import Bounds
from pytest_robust.transforms import CifarC, ImageNetC, JpegCompression

PUBLISHED = [(ImageNetC(), (25, 18, 15, 10, 7)), (CifarC(), (80, 65, 58, 50, 40))]


def _pillow(image: Any, quality: int) -> Any:
    file = BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


@pytest.mark.parametrize(("constants", "published"), PUBLISHED)
# Whole cells of 16 and 8 pixels a side, which are written together, and others.
@pytest.mark.parametrize("shape", [(32, 32, 3), (48, 21, 3), (24, 16, 3), (9, 12, 3), (32, 20), (9, 9)], ids=str)
def test_each_image_comes_out_as_from_its_own_file(
    constants: Any, published: tuple[int, ...], shape: tuple[int, ...], change: Any
) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (40, *shape)).astype(np.uint8)
    for severity, quality in enumerate(published, 1):
        transform = JpegCompression(severity=severity, constants=constants)
        changed = change(transform, levels.astype(np.float32), bounds=Bounds(0, 255))
        expected = np.stack([_pillow(image, quality) for image in levels])
        np.testing.assert_allclose(changed, expected, atol=1e-3)


def test_values_are_rounded_to_grey_levels_of_the_range(change: Any) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3)).astype(np.float32)
    expected = change(JpegCompression(severity=3), levels, bounds=Bounds(0, 255))
    changed = change(JpegCompression(severity=3), (levels + 0.4) / 255 * 2 - 1, bounds=Bounds(-1, 1))
    np.testing.assert_allclose((changed + 1) / 2 * 255, expected, atol=0.01)


def test_alpha_stays(change: Any) -> None:
    images = np.random.default_rng(0).random((3, 16, 16, 4), dtype=np.float32)
    changed = change(JpegCompression(severity=3), images)
    np.testing.assert_allclose(changed[..., 3], images[..., 3], atol=1e-6)
    assert np.array_equal(changed[..., :3], change(JpegCompression(severity=3), images[..., :3]))
