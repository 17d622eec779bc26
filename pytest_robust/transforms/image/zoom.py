"""Zooming about the centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.affine import identities, resample
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.fill import Fill, Nearest, check_fill
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, amount_range, draw, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams

__all__ = ["Zoom"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Zoom(Transform):
    """Enlarge or shrink each image about its centre, interpolated bilinearly.

    Both axes change alike. (Keras' ImageDataGenerator draws one factor for each axis, and
    there factors below 1 enlarge.)

    Args:
        factor: How many times larger things appear, above 0: 2 doubles them, 1 changes
            nothing, 0.5 halves them. A number r below 1 draws one for each example from
            1 - r to 1 + r; `Exactly(2)` is one factor, `Between(low, high)` has other ends.
        fill: What stands around an image that shrank: `Nearest()`, `Reflect()`, `Wrap()` or
            `Constant(value)`.

    Raises:
        InvalidArgument: `factor` reaches 0 or below or is not finite, or `fill` is no fill.

    Examples:
        >>> Zoom(factor=0.2)
        Zoom(factor=0.2)
    """

    factor: Amount = strength(strongest=0.5, neutral=1.0)
    fill: Fill = Nearest()

    def __post_init__(self) -> None:
        """Validate."""
        factor = amount_range("factor", self.factor, neutral=1.0)
        if factor.low <= 0:
            raise InvalidArgument(
                f"factor={self.factor!r} draws from {factor.low:g} to {factor.high:g}, and must stay above 0; "
                "for one fixed factor write factor=Exactly(2), for other ends factor=Between(0.5, 2)"
            )
        check_fill(self.fill)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the zoomed images."""
        images = images_of(self, batch)
        factor = draw("factor", self.factor, streams, neutral=1.0).astype(np.float64)
        inverse = identities(len(images)) / factor[:, None, None]
        return with_images(batch, resample(images, inverse, self.fill))
