"""Shifts along the width and the height."""

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

__all__ = ["Translate"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Translate(Transform):
    """Shift each image along its width and its height, interpolated bilinearly.

    Args:
        width: The shift to the right as a share of the width, from -1 to 1 (3 pixels of 28
            are 3 / 28). A number r draws one for each example from -r to r, as
            `width_shift_range` of Keras' ImageDataGenerator does below 1; `Exactly(v)` is
            one shift, `Between(low, high)` has other ends. 0 leaves the width alone.
        height: The shift downwards as a share of the height, the same way.
        fill: What stands where the image was: `Nearest()`, `Reflect()`, `Wrap()` or
            `Constant(value)`.

    Raises:
        InvalidArgument: A shift is a negative range, not finite or beyond 1, or `fill` is no
            fill.

    Examples:
        >>> Translate(width=0.1, height=0.1)
        Translate(width=0.1, height=0.1)
    """

    width: Amount = strength(strongest=0.5)
    height: Amount = strength(strongest=0.5)
    fill: Fill = Nearest()

    def __post_init__(self) -> None:
        """Validate."""
        for name in ("width", "height"):
            shift = amount_range(name, getattr(self, name))
            if not -1 <= shift.low <= shift.high <= 1:
                raise InvalidArgument(
                    f"{name}={getattr(self, name)!r} must be a share of the {name}, from -1 to 1; "
                    f"for pixels divide by the {name}: 3 of 28 are {name}=3 / 28"
                )
        check_fill(self.fill)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the shifted images."""
        images = images_of(self, batch)
        inverse = identities(len(images))
        for axis, (name, share) in enumerate((("height", self.height), ("width", self.width))):
            pixels = draw(name, share, streams).astype(np.float64) * images.shape[1 + axis]
            # 3 / 28 of 28 pixels is 3.0000001 in float32; rounded, whole pixels stay whole.
            inverse[:, axis, 2] = -pixels.round(4)
        return with_boxes(with_images(batch, resample(images, inverse, self.fill)), inverse)
