"""Fog against its formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust.core.streams import Streams
from pytest_robust.transforms import CifarC, Fog, ImageNetC
from pytest_robust.transforms.image._plasma import plasma


@pytest.mark.parametrize(
    ("constants", "published"),
    [
        (ImageNetC(), ((1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4))),
        (CifarC(), ((0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75))),
    ],
)
def test_a_cloud_is_added_and_both_are_dimmed(
    constants: Any, published: tuple[tuple[float, float], ...], photos: Any, change: Any
) -> None:
    brightest = photos.max(axis=(1, 2, 3), keepdims=True)
    for severity, (thickness, decay) in enumerate(published, 1):
        cloud = plasma(Streams.of(0, "fog", index=np.arange(6)), 12, decay=decay)[:, :9, :12, None]
        expected = (photos + thickness * cloud) * brightest / (brightest + thickness)
        np.testing.assert_allclose(
            change(Fog(severity=severity, constants=constants), photos), np.clip(expected, 0, 1), atol=1e-6
        )


def test_an_image_keeps_to_its_brightest_value(photos: Any, change: Any) -> None:
    dim = photos * 0.4
    assert change(Fog(severity=5), dim).max() <= dim.max() + 1e-6
    assert np.array_equal(change(Fog(severity=5), photos * 0), photos * 0)


def test_fog_is_grey(photos: Any, change: Any) -> None:
    grey = np.repeat(photos[..., :1], 3, axis=-1)
    foggy = change(Fog(severity=5), grey)
    assert np.ptp(foggy, axis=-1).max() == 0
    assert np.array_equal(foggy[..., 0], change(Fog(severity=5), grey[..., 0]))


def test_alpha_neither_changes_nor_counts(change: Any) -> None:
    images = np.random.default_rng(0).random((3, 16, 16, 4), dtype=np.float32)
    images[..., :3] *= 0.3
    foggy = change(Fog(severity=3), images)
    np.testing.assert_allclose(foggy[..., 3], images[..., 3], atol=1e-6)
    assert np.array_equal(foggy[..., :3], change(Fog(severity=3), images[..., :3]))
