"""Blur by a bell curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._corruption import BySize, Constants, Levels, check_corruption
from pytest_robust.transforms.image._separable import gaussian, one_thread, separable

__all__ = ["GaussianBlur"]

# Pixels.
_SIGMA = Levels(imagenet=(1.0, 2.0, 3.0, 4.0, 6.0), cifar=(0.4, 0.6, 0.7, 0.8, 1.0))


@dataclass(frozen=True, kw_only=True, repr=False)
class GaussianBlur(Transform):
    """Blur an image by a Gaussian, its edge repeated outwards.

    Args:
        severity: That of the corruption benchmarks, from 1, mild, to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> GaussianBlur(severity=3)
        GaussianBlur(severity=3)

    References:
        Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
        and Perturbations", ICLR 2019, arXiv:1903.12261.
    """

    severity: int = severity_field()
    constants: Constants = BySize()

    def __post_init__(self) -> None:
        """Validate."""
        check_corruption(self.severity, self.constants)

    def apply(self, batch: Batch, streams: Streams) -> Batch:  # noqa: ARG002 - nothing is drawn
        """Return the blurred images."""
        images = images_of(self, batch)
        sigma = self.constants.of(_SIGMA, self.severity, images)
        rows, columns = (gaussian(size, sigma) for size in images.shape[1:3])
        blurred = np.empty(images.shape, dtype=np.float32)
        with one_thread():
            for part in blocks(len(images), images.shape[1:]):
                blurred[part] = separable(np.ascontiguousarray(images[part]), rows, columns)
        return with_images(batch, blurred)
