"""Noise in proportion to the light."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pytest_robust.core.arrays import blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._corruption import BySize, Constants, Levels, check_corruption, ranged
from pytest_robust.transforms.image._noise import normals

__all__ = ["SpeckleNoise"]

_SIGMA = Levels(imagenet=(0.15, 0.2, 0.35, 0.45, 0.6), cifar=(0.06, 0.1, 0.12, 0.16, 0.2))


@dataclass(frozen=True, kw_only=True, repr=False)
class SpeckleNoise(Transform):
    """Multiply every entry of an image, counted from black, by one plus normal noise, and clip to the bounds.

    Black stays black. All channels are treated alike, a fourth one too.

    Args:
        severity: That of the corruption benchmarks, from 1, mild, to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> SpeckleNoise(severity=3)
        SpeckleNoise(severity=3)

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
        """Return the noisy images."""
        images = ranged(self, batch)
        low, high = np.float32(batch.bounds.low), np.float32(batch.bounds.high)
        # One plus the noise that each word stands for: no pass over the images for it.
        factors = 1 + np.float32(self.constants.of(_SIGMA, self.severity, images)) * normals()
        words = streams.words("noise", images.shape[1:])
        changed = np.empty(images.shape, dtype=np.float32)
        for part in blocks(len(images), images.shape[1:]):
            # No word is beyond the table; "wrap" is the fastest way not to ask.
            light = factors.take(words[part], mode="wrap")
            # Most images are black at 0, and then two passes of six are for nothing.
            light *= images[part] - low if low else images[part]
            if low:
                light += low
            np.clip(light, low, high, out=changed[part])
        return replace(batch, x=changed.reshape(batch.x.shape))
