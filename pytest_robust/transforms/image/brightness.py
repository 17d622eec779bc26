"""Lighter and darker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, amount_range, draw, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams

__all__ = ["Brightness"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Brightness(Transform):
    """Add the same value to every entry of an image, and clip to the bounds.

    As Keras' RandomBrightness layer and the corruption benchmarks do. (ImageDataGenerator
    multiplies instead, which means nothing where black is not 0.)

    Args:
        shift: The value as a share of the inputs' range, from -1 (all black) to 1 (all
            white); in the inputs' own unit where they are unbounded. A number r draws one
            for each example from -r to r; `Exactly(v)` is one shift, `Between(low, high)`
            has other ends.

    Raises:
        InvalidArgument: `shift` is a negative range, not finite or beyond 1.

    Examples:
        >>> Brightness(shift=0.2)
        Brightness(shift=0.2)
    """

    shift: Amount = strength(strongest=0.5)

    def __post_init__(self) -> None:
        """Validate."""
        shift = amount_range("shift", self.shift)
        if not -1 <= shift.low <= shift.high <= 1:
            raise InvalidArgument(
                f"shift={self.shift!r} must be a share of the inputs' range, from -1 to 1; "
                "for grey levels of 0..255 divide by 255"
            )

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the lighter and darker images."""
        images = images_of(self, batch)
        shift = draw("shift", self.shift, streams) * np.float32(batch.bounds.span)
        return with_images(batch, images + shift[:, None, None, None])
