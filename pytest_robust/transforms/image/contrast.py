"""Paler and starker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, amount_range, draw, severity_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._colours import COLOURS
from pytest_robust.transforms.image._corruption import BySize, Constants, Levels, check_either

__all__ = ["Contrast"]

_FACTOR = Levels(imagenet=(0.4, 0.3, 0.2, 0.1, 0.05), cifar=(0.75, 0.5, 0.4, 0.3, 0.15))


@dataclass(frozen=True, kw_only=True, repr=False)
class Contrast(Transform):
    """Move every entry away from its image's mean or towards it, and clip to the bounds.

    With a factor, the mean is taken over all pixels and channels of an image. With a severity, each
    channel has its own mean, and moves towards it, as in the corruption benchmarks; the alpha of
    images with four channels then stays.

    Args:
        factor: What the distance from the mean is multiplied by, at least 0: 2 doubles it, 1
            changes nothing, 0 leaves a plain area. A number r up to 1 draws one for each
            example from 1 - r to 1 + r; `Exactly(2)` is one factor, `Between(low, high)` has
            other ends.
        severity: In place of `factor`, that of the corruption benchmarks, from 1 to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `factor` reaches below 0 or is not finite, `severity` is not from 1 to 5,
            or not exactly one of the two is given.

    Examples:
        >>> Contrast(factor=0.5)
        Contrast(factor=0.5)
        >>> Contrast(severity=3)
        Contrast(severity=3)

    References:
        Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
        and Perturbations", ICLR 2019, arXiv:1903.12261.
    """

    factor: Amount | None = strength(strongest=0.9, neutral=1.0, default=None)
    severity: int | None = severity_field(default=None)
    constants: Constants = BySize()

    def __post_init__(self) -> None:
        """Validate."""
        check_either(self, "factor")
        if self.factor is None:
            return
        factor = amount_range("factor", self.factor, neutral=1.0)
        if factor.low < 0:
            raise InvalidArgument(
                f"factor={self.factor!r} draws from {factor.low:g} to {factor.high:g}, and must not be below 0; "
                "for one fixed factor write factor=Exactly(2), for other ends factor=Between(0.5, 2)"
            )

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the paler and starker images."""
        images = images_of(self, batch)
        if self.severity is not None:
            return with_images(batch, _paler(images, self.constants.of(_FACTOR, self.severity, images)))
        assert self.factor is not None
        factor = draw("factor", self.factor, streams, neutral=1.0)[:, None, None, None]
        # Converted beforehand: NumPy sums converted values in blocks that cross examples, and
        # an example alone would differ in its last bit.
        mean = images.astype(np.float64, order="C").mean(axis=(1, 2, 3), keepdims=True).astype(np.float32)
        return with_images(batch, images + (factor - 1) * (images - mean))


def _paler(images: Floats, factor: float) -> Floats:
    n, height, width, channels = images.shape
    lines = np.ascontiguousarray(images).reshape(n, height, width * channels)
    # Line upon line, which NumPy adds up in the same order whatever the batch.
    sums = lines.sum(axis=1).astype(np.float64).reshape(n, width, channels).sum(axis=1)
    factors = np.full(channels, factor, dtype=np.float32)
    factors[COLOURS:] = 1
    shift = ((1 - factors) * sums / (height * width)).astype(np.float32)
    # The same for each pixel of a line, spelt out: else NumPy's inner loop would be three values long.
    paler: Floats = lines * np.tile(factors, width)
    paler += np.tile(shift, (1, width))[:, None, :]
    return paler.reshape(images.shape)
