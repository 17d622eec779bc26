"""Drops and splashes against their formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust.core.streams import Streams
from pytest_robust.transforms import CifarC, ImageNetC, MnistC, Spatter
from pytest_robust.transforms.image._noise import normals

TURQUOISE = np.array([175, 238, 238]) / 255
BROWN = np.array([63, 42, 20]) / 255
BLACK = np.zeros((40, 32, 32, 3), np.float32)


def _liquid(mean: float, deviation: float, sigma: float) -> Any:
    words = Streams.of(0, "spatter", index=np.arange(40)).words("liquid", (32, 32))
    return ndimage.gaussian_filter(mean + deviation * normals()[words].astype(float), (0, sigma, sigma), mode="nearest")


@pytest.mark.parametrize(
    ("constants", "severity", "mud"),
    [
        (ImageNetC(), 4, (0.65, 0.3, 1, 0.65, 1.5)),
        (ImageNetC(), 5, (0.67, 0.4, 1, 0.65, 1.5)),
        (CifarC(), 4, (0.65, 0.1, 0.7, 0.69, 0.6)),
        (CifarC(), 5, (0.65, 0.1, 0.5, 0.68, 0.6)),
        (MnistC(), 1, (0.65, 0.3, 4, 0.69, 0.6)),
        (MnistC(), 2, (0.65, 0.3, 3, 0.68, 0.6)),
        (MnistC(), 3, (0.65, 0.3, 2, 0.68, 0.5)),
        (MnistC(), 4, (0.65, 0.3, 1, 0.65, 1.5)),
        (MnistC(), 5, (0.67, 0.4, 1, 0.65, 1.5)),
    ],
)
def test_mud_covers_where_a_smoothed_layer_is_thick(
    constants: Any, severity: int, mud: tuple[float, ...], change: Any
) -> None:
    mean, deviation, sigma, threshold, edge = mud
    covered = (_liquid(mean, deviation, sigma) > threshold).astype(float)
    cover = ndimage.gaussian_filter(covered, (0, edge, edge), mode="nearest")[..., None]
    cover[cover < 0.8] = 0
    assert cover.any()
    colour = np.full(3, 63 / 255) if constants == MnistC() else BROWN
    muddy = change(Spatter(severity=severity, constants=constants), BLACK + 0.9)
    # A pixel on the line between clear and muddy can fall to either side.
    close = np.isclose(muddy, 0.9 * (1 - cover) + colour * cover, atol=1e-4).all(axis=-1)
    assert close.mean() > 0.999


@pytest.mark.parametrize(
    ("constants", "severity", "water"),
    [
        (ImageNetC(), 1, (0.65, 0.3, 4, 0.69, 0.6)),
        (ImageNetC(), 2, (0.65, 0.3, 3, 0.68, 0.6)),
        (ImageNetC(), 3, (0.65, 0.3, 2, 0.68, 0.5)),
        (CifarC(), 1, (0.62, 0.1, 0.7, 0.7, 0.5)),
        (CifarC(), 2, (0.65, 0.1, 0.8, 0.7, 0.5)),
        (CifarC(), 3, (0.65, 0.3, 1, 0.69, 0.5)),
    ],
)
def test_water_shines_turquoise_where_a_layer_is_thick_and_nowhere_else(
    constants: Any, severity: int, water: tuple[float, ...], change: Any
) -> None:
    mean, deviation, sigma, threshold, shine = water
    wet = _liquid(mean, deviation, sigma) >= threshold
    drops = change(Spatter(severity=severity, constants=constants), BLACK)
    assert wet.any()
    assert (drops.any(axis=-1) & ~wet).mean() < 1e-4
    np.testing.assert_allclose(drops, drops[..., :1] / TURQUOISE[0] * TURQUOISE, atol=1e-5)
    brightest = (drops / TURQUOISE).max(axis=(1, 2, 3))
    # Some drops are too shallow to shine, and some images dry.
    assert np.isin(brightest.round(4), [0, shine]).all()
    assert (brightest > 0).any()


def test_an_image_without_a_drop_stays(change: Any) -> None:
    # Smoothed over half the image, the layer hardly ever reaches the threshold.
    photos = np.random.default_rng(0).random((40, 8, 8, 3), dtype=np.float32)
    drops = change(Spatter(severity=1, constants=ImageNetC()), photos)
    dry = (np.abs(drops - photos) < 1e-6).all(axis=(1, 2, 3))
    assert 0 < dry.mean() < 1


@pytest.mark.parametrize("severity", [2, 5])
def test_grey_images_get_grey_liquid_and_alpha_stays(severity: int, change: Any) -> None:
    transform = Spatter(severity=severity, constants=ImageNetC())
    grey = change(transform, BLACK[..., 0] + 0.3)
    colour = change(transform, BLACK + 0.3)
    np.testing.assert_allclose(grey, colour @ np.array([0.299, 0.587, 0.114]), atol=1e-5)
    alpha = np.random.default_rng(0).random((40, 32, 32, 1), dtype=np.float32)
    changed = change(transform, np.concatenate((BLACK + 0.3, alpha), axis=-1).astype(np.float32))
    np.testing.assert_allclose(changed, np.concatenate((colour, alpha), axis=-1), atol=1e-6)
