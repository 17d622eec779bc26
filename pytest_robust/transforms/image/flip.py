"""Mirror images."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pytest_robust.core.affine import identities
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.images import images_of
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._boxes import with_boxes
from pytest_robust.transforms.image._direction import Direction, Horizontal, check_direction

__all__ = ["Flip"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Flip(Transform):
    """Mirror each image.

    Args:
        direction: What changes places: `Horizontal()` left and right, `Vertical()` top and
            bottom. For both write `Flip() | Flip(direction=Vertical())`.
        probability: The chance that an image is mirrored, from 0 to 1. Keras'
            ImageDataGenerator mirrors half of them.

    Raises:
        InvalidArgument: `direction` is no direction, or `probability` is not in [0, 1].

    Examples:
        >>> from pytest_robust.transforms import Vertical
        >>> Flip()
        Flip()
        >>> Flip(direction=Vertical(), probability=0.5)
        Flip(direction=Vertical(), probability=0.5)
    """

    direction: Direction = Horizontal()
    probability: float = 1.0

    def __post_init__(self) -> None:
        """Validate."""
        check_direction(self.direction)
        chance = self.probability
        if isinstance(chance, bool) or not isinstance(chance, (int, float)) or not 0 <= chance <= 1:
            raise InvalidArgument(f"probability={chance!r} must be a number from 0 to 1, the chance of being mirrored")

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the mirrored images."""
        images = images_of(self, batch)
        mirrored = np.flip(images, axis=1 + self.direction.axis)
        flipped = np.empty(images.shape, dtype=np.float32)
        # One channel at a time: copying runs of three floats backwards is twice as slow.
        for channel in range(images.shape[-1]):
            flipped[..., channel] = mirrored[..., channel]
        left = streams.uniform("flip") >= self.probability
        flipped[left] = images[left]
        # No clipping: the values are those of the input.
        inverse = identities(len(images))
        inverse[~left, self.direction.axis, self.direction.axis] = -1
        return with_boxes(replace(batch, x=flipped.reshape(batch.x.shape)), inverse)
