"""Motion blur: the lines that points become."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED
from pytest_robust.transforms import CifarC, ImageNetC, MotionBlur

PUBLISHED = [
    (ImageNetC(), ((10, 3), (15, 5), (15, 8), (15, 12), (20, 15))),
    (CifarC(), ((6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5))),
]


@pytest.mark.parametrize(("constants", "published"), PUBLISHED)
def test_a_point_becomes_the_published_line(
    constants: Any, published: tuple[tuple[int, float], ...], change: Any
) -> None:
    points = np.zeros((50, 101, 101), np.float32)
    points[:, 50, 60] = 1
    for severity, (radius, sigma) in enumerate(published, 1):
        lines = change(MotionBlur(severity=severity, constants=constants), points)
        weights = np.exp(-(np.arange(2 * radius + 1) ** 2) / (2 * sigma**2))
        away = np.hypot(*(np.indices((101, 101)) - np.array([50, 60])[:, None, None]))
        np.testing.assert_allclose(lines.sum(axis=(1, 2)), 1, rtol=1e-5)
        # No second step stays at the point, and each is rounded to the nearest pixel.
        np.testing.assert_allclose(lines[:, 50, 60], 1 / weights.sum(), rtol=1e-5)
        for line in lines:
            assert away[line > 0].max() == pytest.approx(2 * radius, abs=0.71)


def test_lines_are_steep_by_at_most_45_degrees_and_all_steepnesses_as_likely(change: Any) -> None:
    points = np.zeros((400, 81, 81), np.float32)
    points[:, 40, 60] = 1
    lines = change(MotionBlur(severity=5, constants=ImageNetC()), points)
    rows, columns = np.indices((81, 81)) - np.array([40, 60])[:, None, None]
    down, left = (lines * rows).sum(axis=(1, 2)), -(lines * columns).sum(axis=(1, 2))
    angles = np.rad2deg(np.arctan2(down, left))
    assert -46 < angles.min() < -40
    assert 40 < angles.max() < 46
    assert np.histogram(angles, bins=4, range=(-46, 46))[0].min() > 70


def test_an_image_without_contrast_is_left_without_however_small(change: Any) -> None:
    flat = np.full((5, 8, 8, 3), 0.7, np.float32)
    for severity in range(1, 6):
        smeared = change(MotionBlur(severity=severity, constants=ImageNetC()), flat)
        np.testing.assert_allclose(smeared, flat, atol=1e-6)


def test_it_needs_no_range(photos: Any, change: Any) -> None:
    blur = MotionBlur(severity=2)
    assert np.array_equal(change(blur, photos, bounds=UNBOUNDED), change(blur, photos))
