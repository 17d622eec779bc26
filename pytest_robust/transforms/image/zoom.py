"""Zooming about the centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.affine import identities, resample
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.fill import Fill, Nearest, check_fill
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, amount_range, draw, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._boxes import with_boxes

__all__ = ["Zoom"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Zoom(Transform):
    """Enlarge or shrink each image about its centre, interpolated bilinearly.

    Both sides alike, or each by its own factor. (Keras' ImageDataGenerator draws one for each
    side, and there factors below 1 enlarge; `zoom_range=0.2` is about height=0.2, width=0.2.)

    Args:
        factor: How many times larger things appear, above 0: 2 doubles them, 1 changes
            nothing, 0.5 halves them. A number r below 1 draws one for each example from
            1 - r to 1 + r; `Exactly(2)` is one factor, `Between(low, high)` has other ends.
        height: In place of `factor`, how many times higher things appear, the same way; the
            height stays where only the width is given.
        width: In place of `factor`, how many times wider things appear, the same way.
        fill: What stands around an image that shrank: `Nearest()`, `Reflect()`, `Wrap()` or
            `Constant(value)`.

    Raises:
        InvalidArgument: A factor reaches 0 or below or is not finite, `factor` is given
            together with another or none is given, or `fill` is no fill.

    Examples:
        >>> Zoom(factor=0.2)
        Zoom(factor=0.2)
        >>> Zoom(width=0.3)
        Zoom(width=0.3)
    """

    factor: Amount | None = strength(strongest=0.5, neutral=1.0, default=None)
    height: Amount | None = strength(neutral=1.0, default=None)
    width: Amount | None = strength(neutral=1.0, default=None)
    fill: Fill = Nearest()

    def __post_init__(self) -> None:
        """Validate."""
        sides = self.height is not None or self.width is not None
        if (self.factor is not None) == sides:
            given = "both are given" if sides else "none is given"
            raise InvalidArgument(
                f"Zoom takes either factor, for both sides alike, or height and width, and {given}; "
                "write for instance Zoom(factor=0.2) or Zoom(height=0.1, width=0.2)"
            )
        for name in ("factor", "height", "width"):
            _check_factor(name, getattr(self, name))
        check_fill(self.fill)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the zoomed images."""
        images = images_of(self, batch)
        inverse = identities(len(images))
        for axis, name in enumerate(("height", "width")):
            inverse[:, axis] /= self._factor(name, streams)[:, None]
        return with_boxes(with_images(batch, resample(images, inverse, self.fill)), inverse)

    def _factor(self, side: str, streams: Streams) -> NDArray[np.float64]:
        # Both sides draw the same number where one factor is for both.
        name = side if self.factor is None else "factor"
        amount: Amount | None = getattr(self, name)
        if amount is None:
            return np.ones(len(streams))
        return draw(name, amount, streams, neutral=1.0).astype(np.float64)


def _check_factor(name: str, amount: Amount | None) -> None:
    if amount is None:
        return
    factor = amount_range(name, amount, neutral=1.0)
    if factor.low <= 0:
        raise InvalidArgument(
            f"{name}={amount!r} draws from {factor.low:g} to {factor.high:g}, and must stay above 0; "
            f"for one fixed factor write {name}=Exactly(2), for other ends {name}=Between(0.5, 2)"
        )
