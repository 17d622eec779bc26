"""Mirror images."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.images import images_of
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams

__all__ = ["Direction", "Flip", "Horizontal", "Vertical"]


class Direction(ABC):
    """Which sides of an image change places."""

    @abstractmethod
    def mirrored(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a view of (n, height, width, channels) images, mirrored."""


@dataclass(frozen=True)
class Horizontal(Direction):
    """Left and right.

    Examples:
        >>> Horizontal()
        Horizontal()
    """

    def mirrored(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the images with their columns in the opposite order."""
        return images[:, :, ::-1]


@dataclass(frozen=True)
class Vertical(Direction):
    """Top and bottom.

    Examples:
        >>> Vertical()
        Vertical()
    """

    def mirrored(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the images with their rows in the opposite order."""
        return images[:, ::-1]


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
        >>> Flip()
        Flip()
        >>> Flip(direction=Vertical(), probability=0.5)
        Flip(direction=Vertical(), probability=0.5)
    """

    direction: Direction = Horizontal()
    probability: float = 1.0

    def __post_init__(self) -> None:
        """Validate."""
        if not isinstance(self.direction, Direction):
            raise InvalidArgument(f"direction={self.direction!r} must be Horizontal() or Vertical()")
        chance = self.probability
        if isinstance(chance, bool) or not isinstance(chance, (int, float)) or not 0 <= chance <= 1:
            raise InvalidArgument(f"probability={chance!r} must be a number from 0 to 1, the chance of being mirrored")

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the mirrored images."""
        images = images_of(self, batch)
        mirrored = self.direction.mirrored(images)
        flipped = np.empty(images.shape, dtype=np.float32)
        # One channel at a time: copying runs of three floats backwards is twice as slow.
        for channel in range(images.shape[-1]):
            flipped[..., channel] = mirrored[..., channel]
        left = streams.uniform("flip") >= self.probability
        flipped[left] = images[left]
        # No clipping: the values are those of the input.
        return replace(batch, x=flipped.reshape(batch.x.shape))
