"""What moving the camera while the shutter is open does to an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from pytest_robust.core.arrays import Floats, Integers, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._corruption import BySize, Constants, Levels, check_corruption

__all__ = ["MotionBlur"]

# Pixels: the way ends at twice the radius, and fades out as a Gaussian of deviation sigma.
_RADIUS = Levels(imagenet=(10, 15, 15, 15, 20), cifar=(6, 6, 6, 8, 9))
_SIGMA = Levels(imagenet=(3.0, 5.0, 8.0, 12.0, 15.0), cifar=(1.0, 1.5, 2.0, 2.0, 2.5))
# Degrees to both sides of the horizontal.
_STEEPEST = 45


@dataclass(frozen=True, kw_only=True, repr=False)
class MotionBlur(Transform):
    """Smear an image along a line, steep by at most 45 degrees, drawn for each example; its edge is repeated outwards.

    As ImageMagick does for the benchmarks: in whole pixels, to one side, ever fainter.

    Args:
        severity: That of the corruption benchmarks, from 1, mild, to 5.
        constants: Whose: `BySize()`, `ImageNetC()` or `CifarC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> MotionBlur(severity=3)
        MotionBlur(severity=3)

    References:
        Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
        and Perturbations", ICLR 2019, arXiv:1903.12261.
    """

    severity: int = severity_field()
    constants: Constants = BySize()

    def __post_init__(self) -> None:
        """Validate."""
        check_corruption(self.severity, self.constants)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the smeared images."""
        images = images_of(self, batch)
        height, width = images.shape[1:3]
        steps = np.arange(2 * self.constants.of(_RADIUS, self.severity, images) + 1)
        weights = np.exp(-(steps**2) / (2 * self.constants.of(_SIGMA, self.severity, images) ** 2))
        weights = (weights / weights.sum()).astype(np.float32)
        angle = np.deg2rad(streams.uniform("angle", (1,), -_STEEPEST, _STEEPEST).astype(np.float64))
        # Beyond the image there is only its edge, whole images away as well.
        down = np.clip(np.ceil(steps * np.sin(angle) - 0.5).astype(np.int64), 1 - height, height - 1)
        right = np.clip(np.ceil(steps * np.cos(angle) - 0.5).astype(np.int64), 0, width - 1)
        smeared = np.empty(images.shape, dtype=np.float32)
        for part in blocks(len(images), images.shape[1:]):
            smeared[part] = _smeared(images[part], down[part], right[part], weights)
        return with_images(batch, smeared)


def _smeared(images: Floats, down: Integers, right: Integers, weights: Floats) -> Floats:
    """Return the weighted sum of shifted images.

    Args:
        images: (n, height, width, channels).
        down: (n, steps) rows that each example's steps read further down.
        right: (n, steps) columns that they read further right, at least 0.
        weights: (steps,) float32.
    """
    n, height, width, channels = images.shape
    above, below, aside = max(-down.min(), 0), max(down.max(), 0), right.max()
    wider = np.pad(images, ((0, 0), (above, below), (0, aside), (0, 0)), mode="edge")
    # Every window of the image's size that fits into the wider one, as views: a shift is a choice of one.
    windows = sliding_window_view(wider.reshape(n, len(wider[0]), -1), (height, width * channels), axis=(1, 2))
    total = np.zeros((n, height, width * channels), dtype=np.float32)
    for step, weight in enumerate(weights):
        window = windows[np.arange(n), above + down[:, step], channels * right[:, step]]
        window *= weight
        total += window
    return total.reshape(images.shape)
