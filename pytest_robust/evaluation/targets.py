"""What should be answered, in the model's own terms."""

from __future__ import annotations

import numpy as np

from pytest_robust.core.arrays import Labels, Outputs
from pytest_robust.core.detections import is_boxes
from pytest_robust.core.errors import InvalidData, InvalidModel
from pytest_robust.core.model import Classifier, Model

__all__ = ["encode", "fit"]

_SCORES_RANK = 2


def encode(y: Labels, model: Model) -> Labels:
    """Return labels as class indices where the model names its classes.

    Raises:
        InvalidData: A label is not among the model's classes; the message names the row.
    """
    classes = model.classes if isinstance(model, Classifier) else None
    if classes is None:
        return y
    order = np.argsort(classes)
    place = np.searchsorted(classes, y, sorter=order)
    indices: Labels = order[np.minimum(place, len(classes) - 1)]
    wrong = np.flatnonzero(classes[indices] != y)
    if len(wrong):
        raise InvalidData(f"y[{wrong[0]}]={y[wrong[0]]!r} is none of the model's classes {classes.tolist()[:20]}")
    return indices


def fit(target: Labels, outputs: Outputs) -> None:
    """Refuse labels that the model's answers cannot be compared with.

    Args:
        target: (n, ...) what should be answered, of the whole dataset.
        outputs: (m, ...) some answers about classes.

    Raises:
        InvalidData: Labels outside the outputs, or of another kind.
        InvalidModel: Answers that are neither scores nor labels.
    """
    if is_boxes(outputs) or is_boxes(target):
        raise InvalidModel(
            f"{'the model answers' if is_boxes(outputs) else 'y holds'} boxes, and a class was to be judged: "
            "name a criterion for boxes, criterion=BoxesFound(iou=0.5)"
        )
    if outputs.ndim == 1:
        if np.issubdtype(outputs.dtype, np.floating) and (outputs != np.rint(outputs)).any():
            raise InvalidModel(
                f"the model answers one number an input (such as {outputs[outputs != np.rint(outputs)][0]:g}): "
                "return (n, classes) scores or (n,) labels; for values to predict, criterion=WithinTolerance(...)"
            )
        if (outputs.dtype.kind in "US") != (target.dtype.kind in "USO") and target.dtype.kind != "b":
            raise InvalidData(
                f"the model answers {outputs.dtype} labels such as {outputs[0]!r}, "
                f"y holds {target.dtype} such as {target[0]!r}"
            )
        return
    if outputs.ndim != _SCORES_RANK or outputs.shape[1] < 2:  # noqa: PLR2004 - one column is no choice
        raise InvalidModel(
            f"the model answers shape {outputs.shape}: expected (n, classes) scores with at least two classes, "
            "or (n,) labels; for one probability p of the second class return np.stack([1 - p, p], axis=1)"
        )
    if target.ndim != 1:
        raise InvalidData(
            f"y has shape {target.shape}: give (n,) class indices, or one-hot rows that hold 0 and 1 only"
        )
    if target.dtype.kind not in "iub" and not (target.dtype.kind == "f" and (target == np.rint(target)).all()):
        raise InvalidData(
            f"y holds {target.dtype} such as {target[0]!r}, the model scores {outputs.shape[1]} classes: "
            "give class indices from 0"
        )
    outside = np.flatnonzero((target < 0) | (target >= outputs.shape[1]))
    if len(outside):
        row = int(outside[0])
        raise InvalidData(
            f"y[{row}]={target[row]!r} is outside the model's outputs 0..{outputs.shape[1] - 1}: "
            "labels are class indices from 0"
        )
