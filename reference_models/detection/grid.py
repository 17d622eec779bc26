"""What each cell of the grid is to answer, and what its answers mean."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.data.boxed_images import NO_BOX, SIDE

__all__ = ["BOX", "CELLS", "CLASSES", "PRESENT", "STRIDE", "boxes_of", "targets"]

CELLS = 12
"""Cells along each side."""

STRIDE = SIDE // CELLS

# The last axis of an answer: whether there is something, where its box is, a logit for each class.
PRESENT, BOX, CLASSES = 0, slice(1, 5), slice(5, None)

# The box that a network answers before it has learned anything, of about the size of most things.
_USUAL = 3 * STRIDE
# A cell answers for things whose middle is nearer than this in both directions: up to four cells a thing, and
# always one.
_REACH = STRIDE
# A side of a box stays within 24 / e^4 = 0.4 and 24 * e^4 = 1310 pixels, whatever a network answers.
_LOG_SIDE = 4.0


def targets(boxes: NDArray[Any]) -> NDArray[np.float32]:
    """Return what the cells are to answer.

    Args:
        boxes: (n, most, 5) x1, y1, x2, y2 in pixels and class; a row of class -1 is none.

    Returns:
        (n, 12, 12, 6): 1 where something is near and 0 elsewhere, its box and its class. Of two things
        near a cell it is the nearer one.
    """
    corners, label = boxes[..., :4].astype(np.float32), boxes[..., 4].astype(np.float32)
    middle = (corners[..., :2] + corners[..., 2:]) / 2
    at = _middles()
    # (n, row, column, most) how far a cell is from the middle of a thing, in the farther of both directions.
    away = np.abs(middle[:, None, None] - at[None, :, :, None]).max(axis=-1)
    away = np.where((label == NO_BOX)[:, None, None], np.inf, away)
    found = np.zeros((*away.shape[:3], 6), dtype=np.float32)
    if boxes.shape[1]:
        nearest = away.argmin(axis=-1)
        image = np.arange(len(boxes))[:, None, None]
        found[..., PRESENT] = away.min(axis=-1) < _REACH
        found[..., BOX] = corners[image, nearest]
        found[..., 5] = label[image, nearest]
    return found * found[..., :1]


def boxes_of(outputs: Any) -> Any:
    """Return (n, 12, 12, 4) x1, y1, x2, y2 in pixels of what a network answers.

    Of the four numbers of a cell, two say how many cells the middle of the box is away from the
    cell's, two the logarithm of its sides beside the usual one: any answer is a box.
    """
    from keras import ops

    where = outputs[..., BOX]
    middle = _middles() + STRIDE * where[..., :2]
    half = _USUAL / 2 * ops.exp(ops.clip(where[..., 2:], -_LOG_SIDE, _LOG_SIDE))
    return ops.concatenate([middle - half, middle + half], axis=-1)


def _middles() -> NDArray[np.float32]:
    """Return (row, column, 2) x and y of the cells' middles."""
    along = (np.arange(CELLS, dtype=np.float32) + np.float32(0.5)) * STRIDE
    return np.stack(np.meshgrid(along, along), axis=-1)
