"""How wrong a detector's answers are: one number a scene."""

from __future__ import annotations

from typing import Any

from reference_models.detection.grid import BOX, CLASSES, PRESENT, boxes_of

__all__ = ["detection_loss"]

# Lin et al., section 5.1: how little a cell counts that is already answered well.
_GAMMA = 2.0
# Boxes must fit well for the overlap that counts as found; without it, classes come first.
_BOX_WEIGHT = 2.0
_TINY = 1e-6


def detection_loss(wanted: Any, outputs: Any) -> Any:
    """Return (n,) losses: presence by the focal loss, boxes by 1 - GIoU, classes by the cross-entropy.

    Each is a sum over the cells of a scene, divided by how many of them have something to answer
    for, so that a scene of four things counts as much as one of one, in whatever batch it is.

    Args:
        wanted: (n, 12, 12, 6) targets.
        outputs: (n, 12, 12, 5 + classes) answers.

    References:
        Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017, arXiv:1708.02002;
        Rezatofighi et al., "Generalized Intersection over Union", CVPR 2019, arXiv:1902.09630.
    """
    from keras import ops

    present = wanted[..., PRESENT]
    logit = outputs[..., PRESENT]
    # log(1 + e^x) - t x is the cross-entropy of a logit, without the logarithm of a zero.
    entropy = ops.softplus(logit) - present * logit
    missed = ops.abs(present - ops.sigmoid(logit))
    presence = entropy * missed**_GAMMA
    boxes = present * (1 - _giou(wanted[..., BOX], boxes_of(outputs)))
    label = ops.cast(wanted[..., 5], "int32")
    classes = present * ops.sparse_categorical_crossentropy(label, outputs[..., CLASSES], from_logits=True)
    cells = ops.maximum(ops.sum(present, axis=(1, 2)), 1.0)
    return ops.sum(presence + _BOX_WEIGHT * boxes + classes, axis=(1, 2)) / cells


def _giou(some: Any, others: Any) -> Any:
    """Return the overlap of boxes, less what share of the box around both is in neither."""
    from keras import ops

    low, high = ops.maximum(some[..., :2], others[..., :2]), ops.minimum(some[..., 2:], others[..., 2:])
    shared = ops.prod(ops.maximum(high - low, 0.0), axis=-1)
    union = _area(some) + _area(others) - shared
    low, high = ops.minimum(some[..., :2], others[..., :2]), ops.maximum(some[..., 2:], others[..., 2:])
    around = ops.prod(high - low, axis=-1)
    return shared / (union + _TINY) - (around - union) / (around + _TINY)


def _area(boxes: Any) -> Any:
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
