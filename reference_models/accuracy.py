"""The measure of a classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reference_models.splits import Splits
    from reference_models.task import Model

__all__ = ["accuracy"]


def accuracy(model: Model, splits: Splits) -> dict[str, float]:
    """Return the share of the test examples whose most probable class is the right one."""
    answers = model.predict(splits.test.x, batch_size=256, verbose=0).argmax(axis=-1)
    return {"accuracy": float(np.mean(answers == splits.test.y))}
