"""Large pixels against Pillow's resizing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from pytest_robust import UNBOUNDED, Bounds
from pytest_robust.transforms import CifarC, ImageNetC, Pixelate

PUBLISHED = [(ImageNetC(), (0.6, 0.5, 0.4, 0.3, 0.25)), (CifarC(), (0.95, 0.9, 0.85, 0.75, 0.65))]


# Of other sizes, Pillow loses a pixel that lies between two runs in its rounding.
@pytest.mark.parametrize("shape", [(32, 32), (9, 12), (64, 96), (8, 8)])
@pytest.mark.parametrize(("constants", "published"), PUBLISHED)
def test_it_is_pillows_box_filter_there_and_back_but_for_rounding(
    constants: Any, published: tuple[float, ...], shape: tuple[int, int], change: Any
) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (2, *shape, 3)).astype(np.uint8)
    for severity, share in enumerate(published, 1):
        transform = Pixelate(severity=severity, constants=constants)
        coarse = change(transform, levels.astype(np.float32), bounds=Bounds(0, 255))
        for image, got in zip(levels, coarse, strict=True):
            small = Image.fromarray(image).resize((int(shape[1] * share), int(shape[0] * share)), Image.Resampling.BOX)
            expected = np.asarray(small.resize(shape[::-1], Image.Resampling.BOX), dtype=np.float32)
            # Pillow rounds after each axis.
            np.testing.assert_allclose(got, expected, atol=1.01)


@pytest.mark.parametrize("size", [10, 17, 51])
def test_a_pixel_counts_where_its_centre_lies_and_between_two_runs_in_the_first(size: int, change: Any) -> None:
    x = np.random.default_rng(0).random((2, size), dtype=np.float32)
    for severity, share in enumerate(PUBLISHED[0][1], 1):
        count = int(size * share)
        # Twice the centres, and in units of a run's share of a pixel: whole numbers, of which none is rounded.
        centres = (2 * np.arange(size) + 1) * count
        runs, under = -(-centres // (2 * size)) - 1, centres // (2 * size)
        expected = np.stack([x[:, runs == run].mean(axis=1) for run in range(count)], axis=1)[:, under]
        striped = np.repeat(x[:, :, None], 8, axis=2)
        got = change(Pixelate(severity=severity, constants=ImageNetC()), striped)
        np.testing.assert_allclose(got[:, :, 0], expected, atol=1e-6)


def test_the_mean_stays_where_all_cells_are_alike(change: Any) -> None:
    x = np.random.default_rng(0).random((3, 32, 32, 3), dtype=np.float32)
    coarse = change(Pixelate(severity=5, constants=ImageNetC()), x)
    np.testing.assert_allclose(coarse.mean(axis=(1, 2)), x.mean(axis=(1, 2)), atol=1e-5)
    assert len(np.unique(coarse[0, ..., 0])) == 64


def test_a_plain_image_stays(change: Any) -> None:
    plain = np.full((2, 19, 23, 3), 0.3, np.float32)
    for severity in range(1, 6):
        np.testing.assert_allclose(change(Pixelate(severity=severity), plain), plain, rtol=1e-6)


def test_it_needs_no_range(photos: Any, change: Any) -> None:
    once, twice = (change(Pixelate(severity=5), scale * photos, bounds=UNBOUNDED) for scale in (1, 2))
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-6)


def test_images_laid_out_otherwise_in_memory_are_taken(photos: Any, change: Any) -> None:
    turned = np.asfortranarray(photos)
    assert np.array_equal(change(Pixelate(severity=4), turned), change(Pixelate(severity=4), photos))
