"""What moving towards the scene while the shutter is open does to an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from pytest_robust.core.arrays import Floats, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._corruption import BySize, Constants, Levels, check_corruption
from pytest_robust.transforms.image._separable import one_thread, separable

__all__ = ["ZoomBlur"]


def _until(stop: float, step: float) -> tuple[float, ...]:
    # As published, with what rounding makes of it: 1.11 is a factor where 1.11 is the end, 1.16 is none where 1.16 is.
    return tuple(np.arange(1, stop, step)[1:].tolist())


# The factors beyond 1.
_FACTORS = Levels(
    imagenet=(_until(1.11, 0.01), _until(1.16, 0.01), _until(1.21, 0.02), _until(1.26, 0.02), _until(1.31, 0.03)),
    cifar=(_until(1.06, 0.01), _until(1.11, 0.01), _until(1.16, 0.01), _until(1.21, 0.01), _until(1.26, 0.01)),
)


@dataclass(frozen=True, kw_only=True, repr=False)
class ZoomBlur(Transform):
    """Average an image with enlargements of its middle, interpolated bilinearly.

    The image itself counts twice, as published.

    Args:
        severity: That of the corruption benchmarks, from 1, mild, to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> ZoomBlur(severity=3)
        ZoomBlur(severity=3)

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
        factors = self.constants.of(_FACTORS, self.severity, images)
        zooms = [(_enlarged(images.shape[1], factor), _enlarged(images.shape[2], factor)) for factor in factors]
        blurred = np.empty(images.shape, dtype=np.float32)
        with one_thread():
            for part in blocks(len(images), images.shape[1:]):
                blurred[part] = _average(np.ascontiguousarray(images[part]), zooms)
        return with_images(batch, blurred)


def _average(images: Floats, zooms: Sequence[tuple[Floats, Floats]]) -> Floats:
    total = separable(images, *zooms[0])
    for rows, columns in zooms[1:]:
        total += separable(images, rows, columns)
    average: Floats = (total + 2 * images) / np.float32(len(zooms) + 2)
    return average


def _enlarged(size: int, factor: float) -> Floats:
    """Return the (size, size) matrix that enlarges the middle of a row, its outermost pixels onto the ends."""
    kept = ceil(size / factor)
    # What is enlarged can be a pixel too long; the last one is cut off.
    length = max(round(kept * factor), size)
    places = (size - kept) // 2 + np.arange(size) * ((kept - 1) / max(length - 1, 1))
    hats: Floats = np.maximum(0, 1 - np.abs(places[:, None] - np.arange(size)))
    return hats.astype(np.float32)
