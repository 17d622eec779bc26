"""Smearing against shifted images, added up one by one."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.transforms.image._smear import smeared


@pytest.mark.parametrize("channels", [1, 3])
def test_it_is_the_sum_of_images_moved_by_whole_pixels(channels: int) -> None:
    images = np.random.default_rng(0).random((5, 9, 12, channels), dtype=np.float32)
    angles = np.array([-90.0, -135, 0, 77, 170])
    weights = np.exp(-(np.arange(25) ** 2) / (2 * 3**2))
    expected = np.zeros(images.shape)
    for example, angle in enumerate(np.deg2rad(angles)):
        for step, weight in enumerate(weights / weights.sum()):
            # Twelve pixels to each side of the middle: the last steps read beyond the image.
            rows = np.clip(np.arange(9) + np.ceil(step * np.sin(angle) - 0.5).astype(int), 0, 8)
            columns = np.clip(np.arange(12) + np.ceil(step * np.cos(angle) - 0.5).astype(int), 0, 11)
            expected[example] += weight * images[example][rows][:, columns]
    np.testing.assert_allclose(smeared(images, angles, radius=12, sigma=3), expected, atol=1e-6)
