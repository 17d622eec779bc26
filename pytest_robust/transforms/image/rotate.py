"""Rotation about the centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.affine import identities, resample
from pytest_robust.core.batch import Batch
from pytest_robust.core.fill import Fill, Nearest, check_fill
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, amount_range, draw, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._boxes import with_boxes

__all__ = ["Rotate"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Rotate(Transform):
    """Rotate each image about its centre, interpolated bilinearly.

    Args:
        degrees: The angle, counter-clockwise as seen on a screen. A number r draws one for
            each example from -r to r, as `rotation_range` of Keras' ImageDataGenerator does;
            `Exactly(90)` is a quarter turn to the left, `Between(low, high)` has other ends.
        fill: What stands in the corners that come into view: `Nearest()`, `Reflect()`,
            `Wrap()` or `Constant(value)`.

    Raises:
        InvalidArgument: `degrees` is a negative range or not finite, or `fill` is no fill.

    Examples:
        >>> Rotate(degrees=15)
        Rotate(degrees=15)
    """

    degrees: Amount = strength(strongest=180)
    fill: Fill = Nearest()

    def __post_init__(self) -> None:
        """Validate."""
        amount_range("degrees", self.degrees)
        check_fill(self.fill)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the rotated images."""
        images = images_of(self, batch)
        radians = np.deg2rad(draw("degrees", self.degrees, streams).astype(np.float64))
        # cos(90 degrees) computes as 6e-17; rounded to 0, quarter turns move whole pixels.
        cos, sin = np.cos(radians).round(12), np.sin(radians).round(12)
        inverse = identities(len(images))
        inverse[:, 0, 0], inverse[:, 0, 1] = cos, sin
        inverse[:, 1, 0], inverse[:, 1, 1] = -sin, cos
        return with_boxes(with_images(batch, resample(images, inverse, self.fill)), inverse)
