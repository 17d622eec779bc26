"""Paler and starker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, amount_range, draw, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams

__all__ = ["Contrast"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Contrast(Transform):
    """Move every entry away from its image's mean or towards it, and clip to the bounds.

    The mean is taken over all pixels and channels of an image.

    Args:
        factor: What the distance from the mean is multiplied by, at least 0: 2 doubles it, 1
            changes nothing, 0 leaves a plain area. A number r up to 1 draws one for each
            example from 1 - r to 1 + r; `Exactly(2)` is one factor, `Between(low, high)` has
            other ends.

    Raises:
        InvalidArgument: `factor` reaches below 0 or is not finite.

    Examples:
        >>> Contrast(factor=0.5)
        Contrast(factor=0.5)
    """

    factor: Amount = strength(strongest=0.9, neutral=1.0)

    def __post_init__(self) -> None:
        """Validate."""
        factor = amount_range("factor", self.factor, neutral=1.0)
        if factor.low < 0:
            raise InvalidArgument(
                f"factor={self.factor!r} draws from {factor.low:g} to {factor.high:g}, and must not be below 0; "
                "for one fixed factor write factor=Exactly(2), for other ends factor=Between(0.5, 2)"
            )

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the paler and starker images."""
        images = images_of(self, batch)
        factor = draw("factor", self.factor, streams, neutral=1.0)[:, None, None, None]
        # Converted beforehand: NumPy sums converted values in blocks that cross examples, and
        # an example alone would differ in its last bit.
        mean = images.astype(np.float64, order="C").mean(axis=(1, 2, 3), keepdims=True).astype(np.float32)
        return with_images(batch, images + (factor - 1) * (images - mean))
