"""What a lens out of focus does to an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from pytest_robust.core.arrays import Floats, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._corruption import BySize, Constants, Levels, check_corruption
from pytest_robust.transforms.image._separable import one_thread

__all__ = ["DefocusBlur"]

# Pixels: the disc's radius, and the deviation of the Gaussian that softens its rim.
_RADIUS = Levels(imagenet=(3.0, 4.0, 6.0, 8.0, 10.0), cifar=(0.3, 0.4, 0.5, 1.0, 1.5))
_SOFTNESS = Levels(imagenet=(0.1, 0.5, 0.5, 0.5, 0.5), cifar=(0.4, 0.5, 0.6, 0.2, 0.1))


@dataclass(frozen=True, kw_only=True, repr=False)
class DefocusBlur(Transform):
    """Spread every pixel over a disc, the image mirrored at its edge.

    Args:
        severity: That of the corruption benchmarks, from 1, mild, to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> DefocusBlur(severity=3)
        DefocusBlur(severity=3)

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
        kernel = _disc(
            self.constants.of(_RADIUS, self.severity, images), self.constants.of(_SOFTNESS, self.severity, images)
        )
        with one_thread():
            blurred = _spread(images, kernel)
        # A disc as wide as its array gains a little light where it is softened, as published.
        blurred += np.float32((1 - kernel.sum()) * batch.bounds.floor)
        return with_images(batch, blurred)


def _disc(radius: float, softness: float) -> Floats:
    """Return the square kernel, an odd number of pixels a side."""
    # The published kernels have at least 17 pixels a side, and a wider filter for larger discs.
    reach, edge = (8, 1) if radius <= 8 else (int(radius), 2)  # noqa: PLR2004 - 17 pixels
    away = np.arange(-reach, reach + 1) ** 2
    disc = (away + away[:, None] <= radius**2).astype(np.float64)
    soft = np.exp(-(np.arange(-edge, edge + 1) ** 2) / (2 * softness**2))
    disc /= disc.sum()
    for axis in (0, 1):
        disc = ndimage.correlate1d(disc, soft / soft.sum(), axis=axis, mode="mirror")
    return disc


@dataclass(frozen=True, kw_only=True, eq=False)
class _Waves:
    """The cosines that a row of pixels, mirrored at its ends, is a sum of.

    Args:
        period: The pixels of a row and its mirror image, which share their ends.
        of_pixels: (size, size) float32 from pixels to cosines.
        to_pixels: (size, size) float32 from cosines to pixels.
    """

    period: int
    of_pixels: Floats
    to_pixels: Floats

    @classmethod
    def along(cls, size: int) -> _Waves:
        """Return those of a number of pixels."""
        period = max(2 * size - 2, 1)
        # How often a period has each.
        copies = np.full(size, 2.0)
        copies[[0, -1]] = 1
        waves = np.cos(2 * np.pi / period * np.outer(np.arange(size), np.arange(size))) * copies
        return cls(period=period, of_pixels=waves.astype(np.float32), to_pixels=(waves / period).astype(np.float32))

    def gain(self, reach: int) -> Floats:
        """Return (size, 2 reach + 1) how much of each cosine is left by a shift to both sides."""
        size = len(self.of_pixels)
        gain: Floats = np.cos(2 * np.pi / self.period * np.outer(np.arange(size), np.arange(-reach, reach + 1)))
        return gain


def _spread(images: Floats, kernel: Floats) -> Floats:
    """Return (n, height, width, channels) images filtered with a symmetric kernel, mirrored at their outermost pixels.

    A symmetric filter makes each cosine only larger or smaller. So it costs four products with
    small matrices, however many pixels it spreads over.
    """
    height, width, channels = images.shape[1:]
    rows, columns = _Waves.along(height), _Waves.along(width)
    reach = len(kernel) // 2
    gain = (columns.gain(reach) @ kernel @ rows.gain(reach).T)[:, None, :].astype(np.float32)
    spread = np.empty(images.shape, dtype=np.float32)
    for part in blocks(len(images), images.shape[1:]):
        pixels = np.ascontiguousarray(images[part]).reshape(-1, height, width * channels)
        # One call of BLAS for each image, always of the same size: a product of the whole batch
        # would round an image differently in another batch.
        waves = np.matmul(pixels.swapaxes(1, 2), rows.of_pixels.T).reshape(-1, width, channels * height)
        waves = np.matmul(columns.of_pixels, waves).reshape(-1, width, channels, height)
        waves *= gain
        waves = np.matmul(columns.to_pixels, waves.reshape(-1, width, channels * height))
        pixels = np.matmul(rows.to_pixels, waves.reshape(-1, width * channels, height).swapaxes(1, 2))
        spread[part] = pixels.reshape(-1, height, width, channels)
    return spread
