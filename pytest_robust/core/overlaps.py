"""Which found boxes are which true ones."""

from __future__ import annotations

import numpy as np

from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.detections import PADDING, Boxes, corners

__all__ = ["matches", "overlaps"]


def overlaps(some: Boxes, others: Boxes) -> Floats:
    """Return (n, some, others) intersection over union, 0 where there is no box or its class is another.

    Args:
        some: (n, some) boxes.
        others: (n, others) boxes of the same images.
    """
    a, b = corners(some)[:, :, None], corners(others)[:, None, :]
    sides = np.clip(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None)
    shared = sides.prod(axis=-1)
    union = (a[..., 2:] - a[..., :2]).prod(axis=-1) + (b[..., 2:] - b[..., :2]).prod(axis=-1) - shared
    alike = (some["class"][:, :, None] == others["class"][:, None, :]) & (some["class"] != PADDING)[:, :, None]
    return np.divide(shared, union, out=np.zeros(shared.shape), where=alike & (union > 0))


def matches(found: Boxes, true: Boxes, *, iou: float) -> Integers:
    """Return (n, found) which true box of its image each found one is; -1 for none.

    The surest chooses first, the true box of its class that it overlaps most among those left.

    Args:
        found: (n, found) boxes with their confidence.
        true: (n, true) boxes.
        iou: The least overlap, in (0, 1].

    References:
        Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014, arXiv:1405.0312: the
        rule of its evaluation.
    """
    which = np.full(found.shape, -1)
    if not true.shape[1]:
        return which
    shared = overlaps(found, true)
    shared[shared < iou] = 0
    images = np.arange(len(found))
    for turn in np.argsort(-found["confidence"], axis=1, kind="stable").T:
        left = shared[images, turn]
        best = left.argmax(axis=1)
        hit = left[images, best] > 0
        which[images[hit], turn[hit]] = best[hit]
        shared[images[hit], :, best[hit]] = 0
    return which
