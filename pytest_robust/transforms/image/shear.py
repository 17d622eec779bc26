"""Shearing about the centre."""

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
from pytest_robust.transforms.image._boxes import with_boxes
from pytest_robust.transforms.image._direction import Direction, Horizontal, check_direction

__all__ = ["Shear"]

_UPRIGHT = 90


@dataclass(frozen=True, kw_only=True, repr=False)
class Shear(Transform):
    """Tilt the lines of one direction in each image and keep the others, about its centre.

    Columns slide up or down, or rows to the side, by the tangent of the angle, so areas stay.
    (Keras' ImageDataGenerator tilts horizontal lines, and stretches the width by 1 / cos as
    well; a factor of Keras' RandomShear is the tangent.)

    Args:
        degrees: The tilt of a line, counter-clockwise as seen on a screen, between -90 and
            90. A number r draws one for each example from -r to r; `Exactly(v)` is one angle,
            `Between(low, high)` has other ends.
        direction: The lines that tilt: `Horizontal()` or `Vertical()`. For both write
            `Shear(degrees=10) | Shear(degrees=10, direction=Vertical())`.
        fill: What stands where columns or rows slid away: `Nearest()`, `Reflect()`, `Wrap()` or
            `Constant(value)`.

    Raises:
        InvalidArgument: `degrees` is a negative range or reaches 90, `direction` is no direction,
            or `fill` is no fill.

    Examples:
        >>> Shear(degrees=10)
        Shear(degrees=10)
    """

    degrees: Amount = strength(strongest=45)
    direction: Direction = Horizontal()
    fill: Fill = Nearest()

    def __post_init__(self) -> None:
        """Validate."""
        tilt = amount_range("degrees", self.degrees)
        if not -_UPRIGHT < tilt.low <= tilt.high < _UPRIGHT:
            raise InvalidArgument(
                f"degrees={self.degrees!r} must stay between -90 and 90, where the lines fall onto the others; "
                "for turning the image use Rotate"
            )
        check_direction(self.direction)
        check_fill(self.fill)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the sheared images."""
        images = images_of(self, batch)
        inverse = identities(len(images))
        # tan(45 degrees) computes as 1 - 1e-16; rounded, columns slide by whole pixels.
        slope = np.tan(np.deg2rad(draw("degrees", self.degrees, streams).astype(np.float64))).round(12)
        along = self.direction.axis
        # Rows are counted downwards: what turns a horizontal line up turns the top of a
        # vertical one left.
        inverse[:, 1 - along, along] = slope if along else -slope
        return with_boxes(with_images(batch, resample(images, inverse, self.fill)), inverse)
