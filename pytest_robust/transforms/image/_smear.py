"""What moving does to an image while the shutter is open."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from pytest_robust.core.arrays import Floats

__all__ = ["smeared"]


def smeared(images: Floats, angle: Floats, *, radius: int, sigma: float) -> Floats:
    """Return images smeared to one side, ever fainter, in whole pixels, the edge repeated outwards.

    As ImageMagick does for the corruption benchmarks.

    Args:
        images: (n, height, width, channels).
        angle: (n,) degrees of the way that a pixel reads, downwards from the right.
        radius: Half the way's length in pixels.
        sigma: Deviation of the bell curve that it fades by, in pixels.
    """
    n, height, width, channels = images.shape
    steps = np.arange(2 * radius + 1)
    weights = np.exp(-(steps**2) / (2 * sigma**2))
    weights /= weights.sum()
    turn = np.deg2rad(angle.astype(np.float64))[:, None]
    # Beyond the image there is only its edge, whole images away as well.
    down = np.clip(np.ceil(steps * np.sin(turn) - 0.5).astype(np.int64), 1 - height, height - 1)
    right = np.clip(np.ceil(steps * np.cos(turn) - 0.5).astype(np.int64), 1 - width, width - 1)
    above, left = max(-down.min(), 0), max(-right.min(), 0)
    beyond = ((0, 0), (above, max(down.max(), 0)), (left, max(right.max(), 0)), (0, 0))
    wider = np.pad(images, beyond, mode="edge")
    # Every window of the image's size that fits into the wider one, as views: a shift is a choice of one.
    windows = sliding_window_view(wider.reshape(n, len(wider[0]), -1), (height, width * channels), axis=(1, 2))
    total = np.zeros((n, height, width * channels), dtype=np.float32)
    for step, weight in enumerate(weights.astype(np.float32)):
        window = windows[np.arange(n), above + down[:, step], channels * (left + right[:, step])]
        window *= weight
        total += window
    return total.reshape(images.shape)
