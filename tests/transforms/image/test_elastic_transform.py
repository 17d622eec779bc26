"""Elastic transforms against SciPy's interpolation, and what an affine map keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust import UNBOUNDED
from pytest_robust.core.streams import Streams
from pytest_robust.transforms import CifarC, ElasticTransform, ImageNetC
from pytest_robust.transforms.image import elastic_transform
from pytest_robust.transforms.image.elastic_transform import _crumpled, _skew, _skewed


@pytest.mark.parametrize("shape", [(32, 32), (21, 30)])
def test_with_imagenets_constants_pixels_move_by_smoothed_uniform_shifts(shape: tuple[int, int], change: Any) -> None:
    height, width = shape
    photos = np.random.default_rng(0).random((3, height, width, 3), dtype=np.float32)
    streams = Streams.of(0, "elastic_transform", index=np.arange(3))
    for severity, alpha in enumerate((12.5, 16.25, 21.25, 25, 30), 1):
        most = 0.005 * height
        shifts = [
            alpha
            * ndimage.gaussian_filter(field.astype(float), (0.01 * height, 0.01 * width), mode="reflect", truncate=3)
            for name in ("down", "right")
            for field in (streams.words(name, (height, width)) / 32768 - 1) * most
        ]
        rows, columns = np.indices((height, width))
        expected = [
            np.stack(
                [
                    ndimage.map_coordinates(
                        photos[example, ..., channel],
                        (rows + shifts[example], columns + shifts[3 + example]),
                        order=1,
                        mode="reflect",
                    )
                    for channel in range(3)
                ],
                axis=-1,
            )
            for example in range(3)
        ]
        changed = change(ElasticTransform(severity=severity, constants=ImageNetC()), photos)
        np.testing.assert_allclose(changed, np.stack(expected), atol=1e-3)


@pytest.mark.parametrize(
    ("whose", "published"),
    [
        ("cifar", ((0, 0, 0.08), (0.05, 0.2, 0.07), (0.08, 0.06, 0.06), (0.1, 0.04, 0.05), (0.1, 0.03, 0.03))),
        ("mnist", ((2, 0.7, 0.1), (2, 0.08, 0.2), (0.05, 0.01, 0.02), (0.07, 0.01, 0.02), (0.12, 0.01, 0.02))),
    ],
)
def test_with_the_constants_for_small_images_the_published_script_is_followed(
    whose: str, published: tuple[tuple[float, float, float], ...]
) -> None:
    stretches = getattr(elastic_transform._STRETCH, whose)
    assert tuple((stretch.reach, stretch.sigma, stretch.corner) for stretch in stretches) == published


def test_skewing_takes_three_corners_of_a_square_to_shifted_ones() -> None:
    rows, columns = np.indices((40, 40)).astype(np.float32)
    ramps = np.stack((rows, columns), axis=-1)[None].repeat(5, axis=0)
    streams = Streams.of(0, "elastic", index=np.arange(5))
    skewed = _skewed(ramps, _skew(ramps, 0.05, streams))
    shifts = streams.uniform("corners", (3, 2), -2, 2)
    for corner, place in enumerate(20 + 13 * np.array([[1, 1], [1, -1], [-1, -1]])):
        for example, shift in enumerate(shifts[:, corner]):
            # What stands where the corner was taken to is what stood at the corner: on ramps, its place.
            found = [
                ndimage.map_coordinates(skewed[example, ..., axis], (place + shift)[:, None], order=1)[0]
                for axis in (0, 1)
            ]
            np.testing.assert_allclose(found, place, atol=1e-3)


def test_beyond_its_edge_a_skewed_image_is_mirrored_at_the_outermost_pixels() -> None:
    at = np.array([-3, -0.5, 0, 2.5, 7, 7.5, 13, 14, 15], np.float32)
    line = np.random.default_rng(0).random(8)
    expected = ndimage.map_coordinates(line, at[None], order=1, mode="mirror")
    got = ndimage.map_coordinates(line, elastic_transform._mirrored(at, 8)[None], order=1)
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_no_reach_changes_nothing() -> None:
    photos = np.random.default_rng(0).random((2, 9, 12, 3), dtype=np.float32)
    still = elastic_transform._Stretch(0, 0.01, 0)
    assert np.array_equal(_crumpled(photos, still, Streams.of(0, index=np.arange(2))), photos)


def test_all_channels_move_together_and_need_no_range(change: Any) -> None:
    grey = np.random.default_rng(0).random((3, 16, 16, 1), dtype=np.float32)
    for constants in (ImageNetC(), CifarC()):
        transform = ElasticTransform(severity=4, constants=constants)
        moved = change(transform, grey.repeat(4, axis=-1), bounds=UNBOUNDED)
        assert np.ptp(moved, axis=-1).max() == 0
        assert np.array_equal(moved[..., :1], change(transform, grey))
