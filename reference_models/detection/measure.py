"""The measures of a detector."""

from __future__ import annotations

import numpy as np

from pytest_robust import AveragePrecision
from pytest_robust.core.detections import as_found
from reference_models.detection.detector import Detector
from reference_models.splits import Splits
from reference_models.task import Model

__all__ = ["average_precisions"]

_OVERLAPS = {"mAP50": 0.5, "mAP75": 0.75}


def average_precisions(model: Model, splits: Splits) -> dict[str, float]:
    """Return the mean average precision on the test images, at an overlap of 0.5 and of 0.75."""
    found = as_found(Detector(network=model)(splits.test.x))
    every = np.arange(len(splits.test))
    return {
        name: AveragePrecision(iou=overlap).measure(splits.test.y, found)(every) for name, overlap in _OVERLAPS.items()
    }
