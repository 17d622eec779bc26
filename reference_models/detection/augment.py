"""Other scenes out of those there are, their boxes moved along."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.data.boxed_images import NO_BOX

__all__ = ["moved_and_recoloured"]

# Pixels to each side. What is cut off then is a part of a thing, and its box the part's.
_FARTHEST = 10
# A box of which less is left is no longer there to be found.
_LEFT = 0.5


def moved_and_recoloured(
    images: NDArray[Any], boxes: NDArray[Any], random: np.random.Generator
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return scenes shifted by a few pixels, their channels in another order, half of them negatives.

    None is mirrored: a mirrored digit is no digit.

    Args:
        images: (n, height, width, 3) uint8.
        boxes: (n, most, 5) x1, y1, x2, y2 in pixels and class; a row of class -1 is none.
        random: What draws.
    """
    height, width = images.shape[1:3]
    shifts = random.integers(-_FARTHEST, _FARTHEST + 1, size=(len(images), 2))
    moved = np.empty_like(images)
    for image, place, (right, down) in zip(images, moved, shifts, strict=True):
        rows = np.clip(np.arange(height) - down, 0, height - 1)
        columns = np.clip(np.arange(width) - right, 0, width - 1)
        place[:] = image[rows[:, None], columns[None, :]][..., random.permutation(3)]
    negative = random.integers(2, size=len(images)).astype(bool)
    moved[negative] = 255 - moved[negative]
    return moved, _moved(boxes, shifts, width=width, height=height)


def _moved(boxes: NDArray[Any], shifts: NDArray[Any], *, width: int, height: int) -> NDArray[Any]:
    beyond = boxes[..., :4] + np.tile(shifts, 2)[:, None]
    seen = np.clip(beyond, 0, np.array([width, height, width, height]))
    there = (boxes[..., 4] != NO_BOX) & (_area(seen) >= _LEFT * _area(beyond))
    moved = np.concatenate([seen, boxes[..., 4:]], axis=-1)
    none = np.array([0, 0, 0, 0, NO_BOX], dtype=np.float32)
    return np.where(there[..., None], moved, none).astype(boxes.dtype)


def _area(corners: NDArray[Any]) -> NDArray[Any]:
    sides: NDArray[Any] = corners[..., 2:4] - corners[..., :2]
    return sides.prod(axis=-1)
