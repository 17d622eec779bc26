"""Boxes that move with their images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.batch import Batch
from pytest_robust.core.detections import CORNERS, PADDING, is_boxes

__all__ = ["VISIBLE", "with_boxes"]

VISIBLE = 0.25
"""The share of a moved box that must lie within the image; with less of it in view, nobody can be asked to find it."""

_TINY = 1e-9


def with_boxes(batch: Batch, inverse: NDArray[np.float64]) -> Batch:
    """Return the batch with its boxes moved as its images were, if boxes are its labels.

    A box becomes the smallest upright one around what is seen of it. That of which less than the
    share `VISIBLE` of its area is seen is dropped: its class becomes -1.

    Args:
        batch: (n, height, width, ...) images, moved already, and their labels from before.
        inverse: (n, 2 or 3, 3) the matrices that `resample` or `project` showed the images by.
    """
    if batch.y is None or not is_boxes(batch.y):
        return batch
    image, row = np.nonzero(batch.y["class"] != PADDING)
    if not len(image):
        return batch
    height, width = batch.x.shape[1:3]
    squares = np.concatenate([inverse, np.broadcast_to([[[0.0, 0.0, 1.0]]], (len(inverse), 1, 3))], axis=1)[:, :3]
    before = np.stack([batch.y[name][image, row] for name in CORNERS], axis=-1)
    # A projective map keeps lines straight, so four corners tell everything.
    placed = _placed(before[:, [[1, 0], [1, 2], [3, 2], [3, 0]]], np.linalg.inv(squares)[image], height, width)
    seen = _seen(placed, height, width)
    low, high = seen.min(axis=1), seen.max(axis=1)
    # A share of just so much is enough, however its areas are rounded.
    left = _area(seen) >= (VISIBLE - _TINY) * _area(placed)
    moved = np.array(batch.y)
    for name, values in zip(CORNERS, (low[:, 1], low[:, 0], high[:, 1], high[:, 0]), strict=True):
        moved[name][image, row] = np.where(left, values, 0)
    moved["class"][image, row] = np.where(left, batch.y["class"][image, row], PADDING)
    return replace(batch, y=moved)


def _placed(points: NDArray[np.float64], forward: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Return (k, 4, 2) where points (row, column) of an image come to lie."""
    middle = np.array([height / 2, width / 2])
    flat = np.concatenate([points - middle, np.ones((*points.shape[:2], 1))], axis=2) @ forward.swapaxes(1, 2)
    placed: NDArray[np.float64] = flat[..., :2] / flat[..., 2:] + middle
    # Cosines are good to twelve digits, and a box that only touches the edge is not beyond it.
    return placed.round(9)


def _seen(shapes: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Return (k, points, 2) the corners of what quadrangles share with the image, some of them more than once.

    A corner of it is a corner of the quadrangle within the image, one of the image within the
    quadrangle, or where their edges meet. Of a quadrangle that shares nothing, its first corner led
    to the image's edge.
    """
    sides = np.array([height, width], dtype=np.float64)
    starts, ends = shapes, np.roll(shapes, -1, axis=1)
    ways = ends - starts
    frame = np.array([[0, 0], [0, 1], [1, 1], [1, 0]]) * sides
    meetings = []
    for axis in (0, 1):
        for line in (0.0, sides[axis]):
            way = ways[..., axis]
            with np.errstate(divide="ignore", invalid="ignore"):
                share = (line - starts[..., axis]) / way
                crossing = starts + share[..., None] * ways
            crossing[..., axis] = line
            meetings.append(np.where(((share >= 0) & (share <= 1))[..., None], crossing, np.nan))
    inside = np.logical_and(shapes >= 0, shapes <= sides).all(axis=-1, keepdims=True)
    corners = np.broadcast_to(frame, (len(shapes), 4, 2))
    turns = _cross(ways[:, :, None], corners[:, None] - starts[:, :, None])
    # Mirrored, a quadrangle turns the other way round.
    within = np.logical_or((turns >= -_TINY).all(axis=1), (turns <= _TINY).all(axis=1))
    points = np.concatenate(
        [
            np.where(inside, shapes, np.nan),
            np.where(within[..., None], corners, np.nan),
            *meetings,
        ],
        axis=1,
    )
    there = np.isfinite(points).all(axis=-1) & ((points >= -_TINY) & (points <= sides + _TINY)).all(axis=-1)
    first = np.take_along_axis(points, there.argmax(axis=1)[:, None, None], axis=1)
    instead = np.where(there.any(axis=1)[:, None, None], first, np.clip(shapes[:, :1], 0, sides))
    return np.clip(np.where(there[..., None], points, instead), 0, sides)


def _area(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (k,) the areas within (k, points, 2) corners of convex shapes, in any order and repeated."""
    around = points - points.mean(axis=1, keepdims=True)
    order = np.argsort(np.arctan2(around[..., 0], around[..., 1]), axis=1)
    ring = np.take_along_axis(around, order[..., None], axis=1)
    area: NDArray[np.float64] = np.abs(_cross(ring, np.roll(ring, -1, axis=1)).sum(axis=1)) / 2
    return area


def _cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    product: NDArray[np.float64] = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    return product
