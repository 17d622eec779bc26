"""What frosted glass does to an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats, Integers, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.images import with_images
from pytest_robust.core.parameters import severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._corruption import BySize, Constants, Levels, check_corruption, ranged
from pytest_robust.transforms.image._separable import gaussian, one_thread, separable

__all__ = ["GlassBlur"]

_WHITE = 255
# Pixels: the deviation of the blur before and after, and how far a pixel moves; and how often.
_SIGMA = Levels(imagenet=(0.7, 0.9, 1.0, 1.1, 1.5), cifar=(0.05, 0.25, 0.4, 0.25, 0.4))
_REACH = Levels(imagenet=(1, 2, 2, 3, 4), cifar=(1, 1, 1, 1, 1))
_ROUNDS = Levels(imagenet=(2, 1, 3, 2, 2), cifar=(1, 1, 1, 2, 2))


@dataclass(frozen=True, kw_only=True, repr=False)
class GlassBlur(Transform):
    """Blur an image, let pixels take the place of their neighbours, and blur it again.

    From the lower right to the upper left, every pixel away from the edge becomes a copy of one
    near it, which may have become a copy before. (The published code means to swap the two, and
    on colour images copies.) Between the blurs the image has 256 grey levels, rounded down.

    Args:
        severity: That of the corruption benchmarks, from 1, mild, to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> GlassBlur(severity=3)
        GlassBlur(severity=3)

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
        """Return the images behind glass."""
        images = ranged(self, batch)
        height, width, channels = images.shape[1:]
        low, level = np.float32(batch.bounds.low), np.float32(batch.bounds.span / _WHITE)
        sigma = self.constants.of(_SIGMA, self.severity, images)
        rows, columns = gaussian(height, sigma), gaussian(width, sigma)
        changed = np.empty(images.shape, dtype=np.float32)
        with one_thread():
            for part in blocks(len(images), images.shape[1:]):
                levels = separable(np.ascontiguousarray((images[part] - low) / level), rows, columns)
                # What rounding took from a plain area shall not cost it a level.
                levels = np.floor(np.clip(levels + np.float32(1e-3), 0, _WHITE))
                levels = self._shuffled(levels.reshape(-1, height * width, channels), images, streams.rows(part))
                levels = separable(levels.reshape(-1, height, width, channels), rows, columns)
                changed[part] = levels * level + low
        return with_images(batch, changed)

    def _shuffled(self, pixels: Floats, images: Floats, streams: Streams) -> Floats:
        height, width = images.shape[1:3]
        reach = self.constants.of(_REACH, self.severity, images)
        for turn in range(self.constants.of(_ROUNDS, self.severity, images)):
            source = _sources(height, width, reach, streams.child("round", turn))
            pixels = np.take_along_axis(pixels, source[..., None], axis=1)
        return pixels


def _sources(height: int, width: int, reach: int, streams: Streams) -> Integers:
    """Return (n, height * width) the pixel that each pixel is a copy of after one round."""
    place = np.arange(height * width).reshape(height, width)
    source = np.repeat(place[None], len(streams), axis=0)
    inner = source[:, reach + 1 : height - reach + 1, reach + 1 : width - reach + 1]
    # Moves to the upper left go one pixel further than those to the lower right, as published.
    inner += streams.integers("down", -reach, reach, inner.shape[1:]) * width
    inner += streams.integers("right", -reach, reach, inner.shape[1:])
    source = source.reshape(len(streams), -1)
    # A source further on was visited earlier, so it is itself a copy, perhaps of a copy: follow
    # all these at once, twice as far each time.
    ahead = np.maximum(source, place.ravel())
    while not np.array_equal(further := np.take_along_axis(ahead, ahead, axis=1), ahead):
        ahead = further
    return np.take_along_axis(source, ahead, axis=1)
