"""Labels in the forms people keep them in."""

from __future__ import annotations

from typing import Any

import numpy as np

from pytest_robust.core.arrays import Labels

__all__ = ["as_labels"]

_MATRIX = 2


def as_labels(y: Any) -> Labels | None:  # noqa: ANN401 - what a user gives
    """Return (n,) labels: a column is flattened, one-hot rows become class indices."""
    if y is None:
        return None
    labels: Labels = np.asanyarray(y)
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
