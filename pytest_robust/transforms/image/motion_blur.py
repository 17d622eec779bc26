"""What moving the camera while the shutter is open does to an image."""

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
from pytest_robust.transforms.image._smear import smeared

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
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

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
        radius = self.constants.of(_RADIUS, self.severity, images)
        sigma = self.constants.of(_SIGMA, self.severity, images)
        angle = streams.uniform("angle", (), -_STEEPEST, _STEEPEST)
        blurred = np.empty(images.shape, dtype=np.float32)
        for part in blocks(len(images), images.shape[1:]):
            blurred[part] = smeared(images[part], angle[part], radius=radius, sigma=sigma)
        return with_images(batch, blurred)
