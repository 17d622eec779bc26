"""Labels in the forms people keep them in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pytest_robust.core.arrays import Labels
from pytest_robust.core.detections import as_boxes, is_boxes
from pytest_robust.core.sequences import rows_of

__all__ = ["as_labels"]

_MATRIX = 2
_BOX = 5


def as_labels(y: Any) -> Labels | None:  # noqa: ANN401 - what a user gives
    """Return (n,) labels: a column is flattened, one-hot rows become class indices, boxes (n, most) boxes.

    Rows of different lengths become an (n,) array of tuples.
    """
    if y is None:
        return None
    if _are_boxes(y):
        return as_boxes(y)
    labels: Labels = rows_of(y)
    if is_boxes(labels):
        return labels
    if labels.ndim == _MATRIX and labels.shape[1] == 1:
        return labels[:, 0]
    if (
        labels.ndim == _MATRIX
        and labels.dtype.kind in "biuf"
        and np.isin(labels, (0, 1)).all()
        and (labels.sum(axis=1) == 1).all()
    ):
        indices: Labels = labels.argmax(axis=1)
        return indices
    return labels


def _are_boxes(y: Any) -> bool:  # noqa: ANN401 - what a user gives
    """Return whether labels are boxes by their form: dicts, or a table of five columns for each image."""
    if isinstance(y, Mapping):
        return True
    if not (isinstance(y, (list, tuple)) or (isinstance(y, np.ndarray) and y.dtype == object)) or not len(y):
        return False
    if all(isinstance(one, Mapping) for one in y):
        return True
    # An image without boxes may have an empty table; all of them may not, as nothing says what they are.
    shapes = [np.shape(one) for one in y if isinstance(one, (np.ndarray, list, tuple)) and len(one)]
    tables = all(len(shape) == _MATRIX and shape[1] == _BOX for shape in shapes)
    return bool(shapes) and tables and all(isinstance(one, (np.ndarray, list, tuple)) for one in y)
