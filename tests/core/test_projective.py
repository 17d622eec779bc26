"""Projective maps against affine ones, against scipy and against where the corners are told to lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust.core.affine import resample
from pytest_robust.core.fill import Fill
from pytest_robust.core.projective import project, toward_corners
from pytest_robust.transforms import Constant, Nearest, Reflect, Wrap

FILLS = [
    (Nearest(), "nearest", 0.0),
    (Reflect(), "reflect", 0.0),
    (Wrap(), "grid-wrap", 0.0),
    (Constant(0.3), "grid-constant", 0.3),
]
OWN = np.array([(-1, -1), (-1, 1), (1, 1), (1, -1)], dtype=np.float64)


def _images(*shape: int) -> Any:
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def _moved(count: int) -> Any:
    return OWN + np.random.default_rng(1).uniform(-0.4, 0.4, (count, 4, 2))


@pytest.mark.parametrize("fill", [fill for fill, _, _ in FILLS], ids=repr)
def test_a_projection_that_is_an_affine_map_equals_resampling(fill: Fill) -> None:
    random = np.random.default_rng(2)
    affine = np.concatenate([random.normal(size=(20, 2, 2)), random.uniform(-9, 9, (20, 2, 1))], axis=2)
    matrices = np.concatenate([affine, np.tile([0.0, 0.0, 1.0], (20, 1, 1))], axis=1)
    images = _images(20, 9, 12, 3)
    np.testing.assert_allclose(project(images, matrices, fill), resample(images, affine, fill), atol=1e-4)


@pytest.mark.parametrize(("fill", "mode", "value"), FILLS, ids=str)
@pytest.mark.parametrize("size", [(9, 12), (8, 8), (1, 5), (1, 1)], ids=str)
def test_projecting_agrees_with_scipy(fill: Fill, mode: str, value: float, size: tuple[int, int]) -> None:
    images, matrices = _images(20, *size, 2), toward_corners(_moved(20), *size)
    seen = project(images, matrices, fill)
    centre = (np.array(size) - 1) / 2
    pixels = np.stack(np.meshgrid(*map(np.arange, size), indexing="ij")).reshape(2, -1) - centre[:, None]
    for row, matrix in enumerate(matrices):
        across, along, depth = matrix @ np.concatenate([pixels, np.ones((1, pixels.shape[1]))])
        places = np.stack([across / depth, along / depth]) + centre[:, None]
        assert depth.min() > 0.05
        for channel in range(2):
            image = images[row, ..., channel].astype(np.float64)
            expected = ndimage.map_coordinates(image, places, order=1, mode=mode, cval=value).reshape(size)
            np.testing.assert_allclose(seen[row, ..., channel], expected, atol=1e-4)


@pytest.mark.parametrize("size", [(9, 12), (1, 7), (301, 257)], ids=str)
def test_corners_in_their_own_place_change_no_bit(size: tuple[int, int]) -> None:
    images = np.random.default_rng(3).normal(size=(3, *size, 1)).astype(np.float32)
    matrices = toward_corners(np.tile(OWN, (3, 1, 1)), *size)
    assert np.array_equal(matrices, np.tile(np.eye(3), (3, 1, 1)))
    assert np.array_equal(project(images, matrices, Nearest()), images)


def test_each_corner_comes_to_lie_where_it_is_told_to() -> None:
    corners, half = _moved(50), np.array([9 / 2, 12 / 2])
    matrices = toward_corners(corners, 9, 12)
    told = np.concatenate([corners * half, np.ones((50, 4, 1))], axis=2)
    found = np.einsum("nij,nkj->nki", matrices, told)
    np.testing.assert_allclose(found[..., :2] / found[..., 2:], np.tile(OWN * half, (50, 1, 1)), atol=1e-9)


def test_straight_lines_stay_straight_and_keep_their_cross_ratio() -> None:
    matrix = toward_corners(_moved(1), 20, 30)[0]
    line = np.array([1.0, -2.0]) + np.array([0.0, 1.0, 3.0, 7.0])[:, None] * np.array([0.5, 0.25])
    seen = np.concatenate([line, np.ones((4, 1))], axis=1) @ matrix.T
    at = seen[:, :2] / seen[:, 2:]
    way = at - at[0]
    np.testing.assert_allclose(way[:, 0] * way[3, 1], way[:, 1] * way[3, 0], atol=1e-9)
    a, b, c, d = np.hypot(*way.T)
    # Of 0, 1, 3, 7: (3 - 0) (7 - 1) / ((3 - 1) (7 - 0)).
    assert (c - a) * (d - b) / ((c - b) * (d - a)) == pytest.approx(18 / 14)


@pytest.mark.parametrize(("fill", "mode", "value"), FILLS, ids=str)
def test_nothing_is_seen_beyond_the_horizon_and_nothing_breaks(fill: Fill, mode: str, value: float) -> None:
    # The depth is 0 in the upper half, and below it grows.
    matrices = np.tile(np.array([[1.0, 0, 0], [0, 1, 0], [0.25, 0, 0]]), (2, 1, 1))
    seen = project(_images(2, 9, 12, 1), matrices, fill)
    assert np.isfinite(seen).all()
    if mode == "grid-constant":
        assert (seen[:, :4] == np.float32(value)).all()
        assert not (seen[:, 5:, 5:7] == np.float32(value)).any()


def test_no_image_gives_no_image() -> None:
    assert project(np.empty((0, 8, 8, 3), np.float32), np.empty((0, 3, 3)), Nearest()).shape == (0, 8, 8, 3)
