"""Defocus against scipy's filter with a disc."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust import UNBOUNDED, Bounds
from pytest_robust.transforms import CifarC, DefocusBlur, ImageNetC
from pytest_robust.transforms.image.defocus_blur import _disc


@pytest.mark.parametrize(
    ("constants", "severity", "radius", "softness"),
    [
        (ImageNetC(), 1, 3, 0.1),
        (ImageNetC(), 2, 4, 0.5),
        (ImageNetC(), 3, 6, 0.5),
        (ImageNetC(), 4, 8, 0.5),
        (ImageNetC(), 5, 10, 0.5),
        (CifarC(), 1, 0.3, 0.4),
        (CifarC(), 2, 0.4, 0.5),
        (CifarC(), 3, 0.5, 0.6),
        (CifarC(), 4, 1, 0.2),
        (CifarC(), 5, 1.5, 0.1),
    ],
)
@pytest.mark.parametrize("shape", [(8, 8, 1), (40, 23, 3)], ids=str)
def test_it_is_a_filter_with_the_published_disc(
    constants: Any, severity: int, radius: float, softness: float, shape: tuple[int, ...], change: Any
) -> None:
    images = np.random.default_rng(0).random((2, *shape), dtype=np.float32)
    kernel = _disc(radius, softness)[None, :, :, None]
    expected = ndimage.correlate(images.astype(np.float64), kernel, mode="mirror")
    blurred = change(DefocusBlur(severity=severity, constants=constants), images)
    np.testing.assert_allclose(blurred, np.clip(expected, 0, 1), atol=2e-6)


def test_a_point_becomes_a_disc(change: Any) -> None:
    point = np.zeros((1, 41, 41), np.float32)
    point[0, 20, 20] = 1
    blurred = change(DefocusBlur(severity=1, constants=ImageNetC()), point)[0]
    row, column = np.indices(blurred.shape) - 20
    disc = row**2 + column**2 <= 9
    np.testing.assert_allclose(blurred[disc], 1 / 29, atol=1e-6)
    np.testing.assert_allclose(blurred[~disc], 0, atol=1e-6)


@pytest.mark.parametrize("bounds", [Bounds(0, 1), Bounds(-5, 3), UNBOUNDED], ids=str)
def test_black_stays_black(bounds: Bounds, change: Any) -> None:
    black = np.full((1, 20, 20, 3), bounds.floor, np.float32)
    for severity in range(1, 6):
        blurred = change(DefocusBlur(severity=severity, constants=ImageNetC()), black, bounds=bounds)
        np.testing.assert_allclose(blurred, black, atol=1e-5)
