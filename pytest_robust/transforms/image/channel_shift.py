"""Each colour lighter or darker on its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, amount_range, draw, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._colours import COLOURS

__all__ = ["ChannelShift"]


@dataclass(frozen=True, kw_only=True, repr=False)
class ChannelShift(Transform):
    """Add a value of its own to each channel of an image, and clip to the bounds.

    As `channel_shift_range` of Keras' ImageDataGenerator is commonly understood; that adds one
    value to all channels, which is `Brightness`, and clips to the image's own extremes. The
    alpha of images with four channels stays.

    Args:
        shift: The values as a share of the inputs' range, from -1 to 1; in the inputs' own
            unit where they are unbounded. A number r draws one for each example and channel
            from -r to r; `Exactly(v)` is one for all, `Between(low, high)` has other ends.

    Raises:
        InvalidArgument: `shift` is a negative range, not finite or beyond 1.

    Examples:
        >>> ChannelShift(shift=0.1)
        ChannelShift(shift=0.1)
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
        """Return the images with shifted channels."""
        images = images_of(self, batch)
        shifted = np.array(images)
        for channel in range(min(images.shape[-1], COLOURS)):
            shift = draw(f"shift of channel {channel}", self.shift, streams) * np.float32(batch.bounds.span)
            shifted[..., channel] += shift[:, None, None]
        return with_images(batch, shifted)
