"""Salt and pepper, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.images import with_images
from pytest_robust.core.parameters import severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._corruption import BySize, Constants, Levels, check_corruption, ranged
from pytest_robust.transforms.image._noise import WORDS

__all__ = ["ImpulseNoise"]

_SHARE = Levels(imagenet=(0.03, 0.06, 0.09, 0.17, 0.27), cifar=(0.01, 0.02, 0.03, 0.05, 0.07))


@dataclass(frozen=True, kw_only=True, repr=False)
class ImpulseNoise(Transform):
    """Set some entries of an image to white and as many to black, every channel for itself.

    The salt and pepper of the corruption benchmarks; `SaltAndPepper` sets whole pixels. All
    channels are treated alike, a fourth one too.

    Args:
        severity: That of the corruption benchmarks, from 1, mild, to 5. A higher one sets the
            same entries and more.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> ImpulseNoise(severity=3)
        ImpulseNoise(severity=3)

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
        """Return the images with some entries set."""
        images = ranged(self, batch)
        half = round(self.constants.of(_SHARE, self.severity, images) / 2 * WORDS)
        low, high = np.float32(batch.bounds.low), np.float32(batch.bounds.high)
        words = streams.words("place", images.shape[1:])
        changed = np.empty(images.shape, dtype=np.float32)
        for part in blocks(len(images), images.shape[1:]):
            pepper, salt = words[part] < half, words[part] >= WORDS - half
            # Products and sums with 0 and 1, exact: a choice entry by entry would take three times as long.
            noisy = images[part] * ~(pepper | salt)
            noisy += pepper * low
            noisy += salt * high
            changed[part] = noisy
        return with_images(batch, changed)
