"""What stands where an image was moved away."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.errors import InvalidArgument

__all__ = ["Constant", "Fill", "Nearest", "Reflect", "Wrap", "check_fill"]

Coordinates = NDArray[np.float32]
Images = NDArray[np.float32]


class Fill(ABC):
    """A way to continue an image beyond its edges.

    It gives the image a border, and leads each coordinate back into the bordered image.
    """

    @abstractmethod
    def bordered(self, images: Images) -> Images:
        """Return (n, height, width, channels) images with the border that `folded` relies on."""

    @abstractmethod
    def folded(self, at: Coordinates, size: int) -> Coordinates:
        """Return where in the bordered image the value at each coordinate is found.

        Args:
            at: Coordinates along one axis; 0 is the centre of the first pixel. Overwritten.
            size: Pixels along that axis, without the border.
        """


@dataclass(frozen=True)
class Nearest(Fill):
    """Repeat the pixel at the edge: `aaaa|abcd|dddd`.

    Examples:
        >>> Nearest()
        Nearest()
    """

    def bordered(self, images: Images) -> Images:
        """Return the images as they are."""
        return images

    def folded(self, at: Coordinates, size: int) -> Coordinates:
        """Return the nearest coordinate inside."""
        return np.clip(at, 0, size - 1, out=at)


@dataclass(frozen=True)
class Reflect(Fill):
    """Mirror the image at its edge: `dcba|abcd|dcba`.

    Examples:
        >>> Reflect()
        Reflect()
    """

    def bordered(self, images: Images) -> Images:
        """Return the images as they are: beyond the edge stands the edge's own pixel."""
        return images

    def folded(self, at: Coordinates, size: int) -> Coordinates:
        """Return the coordinate that the mirrors lead to."""
        at += np.float32(0.5)
        at -= np.float32(2 * size) * np.floor(at / np.float32(2 * size))
        np.minimum(at, np.float32(2 * size) - at, out=at)
        at -= np.float32(0.5)
        return np.clip(at, 0, size - 1, out=at)


@dataclass(frozen=True)
class Wrap(Fill):
    """Start the image again: `abcd|abcd|abcd`.

    Examples:
        >>> Wrap()
        Wrap()
    """

    def bordered(self, images: Images) -> Images:
        """Return the images with their first row and column repeated at the end."""
        return np.pad(images, ((0, 0), (0, 1), (0, 1), (0, 0)), mode="wrap")

    def folded(self, at: Coordinates, size: int) -> Coordinates:
        """Return the coordinate modulo the size."""
        at -= np.float32(size) * np.floor(at / np.float32(size))
        # Rounding may leave the period by one step on either side.
        return np.clip(at, 0, size, out=at)


@dataclass(frozen=True)
class Constant(Fill):
    """Continue with one value: `vvvv|abcd|vvvv`, blended over the last half pixel.

    Args:
        value: In the inputs' own unit.

    Raises:
        InvalidArgument: `value` is not a finite number.

    Examples:
        >>> Constant(0.5)
        Constant(value=0.5)
    """

    value: float

    def __post_init__(self) -> None:
        """Validate."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)) or not isfinite(self.value):
            raise InvalidArgument(f"Constant({self.value!r}): must be a finite number, in the inputs' own unit")

    def bordered(self, images: Images) -> Images:
        """Return the images in a frame of the value, one pixel wide."""
        frame = ((0, 0), (1, 1), (1, 1), (0, 0))
        return np.pad(images, frame, mode="constant", constant_values=np.float32(self.value))

    def folded(self, at: Coordinates, size: int) -> Coordinates:
        """Return the coordinate in the frame."""
        at += np.float32(1)
        return np.clip(at, 0, size + 1, out=at)


def check_fill(fill: object) -> None:
    """Refuse what is not a way to fill.

    Raises:
        InvalidArgument: `fill` is no `Fill`.
    """
    if not isinstance(fill, Fill):
        raise InvalidArgument(
            f"fill={fill!r} is not a way to fill; write Nearest(), Reflect(), Wrap() or Constant(value), "
            "from pytest_robust.transforms"
        )
