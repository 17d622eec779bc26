"""Glass against copying pixel by pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Bounds, InvalidData
from pytest_robust.core.streams import Streams
from pytest_robust.transforms import CifarC, GlassBlur, ImageNetC
from pytest_robust.transforms.image.glass_blur import _sources


@pytest.mark.parametrize(("height", "width", "reach"), [(8, 8, 1), (8, 8, 4), (12, 9, 2), (32, 20, 4)])
def test_copies_of_copies_come_from_where_they_would_one_by_one(height: int, width: int, reach: int) -> None:
    streams = Streams.of(0, index=np.arange(3))
    inner = (len(range(reach + 1, height - reach + 1)), len(range(reach + 1, width - reach + 1)))
    down, right = (streams.integers(name, -reach, reach, inner) for name in ("down", "right"))
    places = np.repeat(np.arange(height * width).reshape(1, height, width), 3, axis=0)
    for example in range(3):
        for row in range(height - reach, reach, -1):
            for column in range(width - reach, reach, -1):
                draw = (example, row - reach - 1, column - reach - 1)
                places[example, row, column] = places[example, row + down[draw], column + right[draw]]
    assert np.array_equal(_sources(height, width, reach, streams), places.reshape(3, -1))


def test_without_a_blur_pixels_only_change_places(change: Any) -> None:
    # The mildest of CIFAR-10-C blurs by a twentieth of a pixel: not at all.
    levels = np.random.default_rng(0).permutation(1024).reshape(1, 32, 32, 1) % 256
    images = np.concatenate([levels, 255 - levels, levels], axis=-1).astype(np.float32)
    changed = change(GlassBlur(severity=1, constants=CifarC()), images, bounds=Bounds(0, 255))
    np.testing.assert_allclose(changed[..., 0] + changed[..., 1], 255, atol=1e-3)
    np.testing.assert_allclose(changed[:, :2], images[:, :2], atol=1e-3)
    np.testing.assert_allclose(changed[:, :, :2], images[:, :, :2], atol=1e-3)
    assert 0.6 < (np.abs(changed - images) > 0.5)[:, 2:, 2:].mean() < 0.8


def test_between_the_blurs_there_are_256_grey_levels(change: Any) -> None:
    images = np.random.default_rng(0).random((2, 20, 20), dtype=np.float32)
    changed = change(GlassBlur(severity=1, constants=CifarC()), images) * 255
    np.testing.assert_allclose(changed, np.round(changed), atol=1e-3)
    assert changed[:, :2].ravel() == pytest.approx(np.floor(images[:, :2] * 255).ravel(), abs=1e-3)


@pytest.mark.parametrize("level", [0, 1, 100, 254, 255])
def test_a_plain_area_keeps_its_grey_level(level: int, change: Any) -> None:
    for bounds in (Bounds(0, 255), Bounds(0, 1), Bounds(-1, 1)):
        flat = np.full((2, 20, 20, 3), bounds.low + level / 255 * bounds.span, np.float32)
        for severity in range(1, 6):
            changed = change(GlassBlur(severity=severity, constants=ImageNetC()), flat, bounds=bounds)
            np.testing.assert_allclose(changed, flat, atol=1e-5 * bounds.span)


def test_it_means_nothing_without_a_range(change: Any) -> None:
    with pytest.raises(InvalidData, match="what is black and what is white.*bounds="):
        change(GlassBlur(severity=1), np.zeros((2, 8, 8), np.float32), bounds=UNBOUNDED)
