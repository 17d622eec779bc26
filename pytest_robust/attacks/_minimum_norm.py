"""What several attacks that seek the nearest change do alike."""

from __future__ import annotations

from math import inf

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.losses import Margin
from pytest_robust.core.model import Differentiable
from pytest_robust.core.nearest import Nearest
from pytest_robust.core.threat import ThreatModel

__all__ = ["box_around", "check_shrink", "first_size"]


def check_shrink(shrink: float) -> None:
    """Refuse a share that a sphere cannot shrink by.

    Raises:
        InvalidArgument: It is not strictly between 0 and 1.
    """
    if isinstance(shrink, bool) or not isinstance(shrink, (int, float)) or not 0 < shrink < 1:
        raise InvalidArgument(f"shrink={shrink!r} must lie strictly between 0 and 1")


def box_around(threat: ThreatModel, point: Floats) -> tuple[Floats, Floats]:
    """Return how far each entry of the points may go down and up within the bounds."""
    low, high = np.float32(threat.bounds.low), np.float32(threat.bounds.high)
    return np.minimum(low - point, 0), np.maximum(high - point, 0)


def first_size(rows: Nearest[Differentiable], threat: ThreatModel, logits: Floats, uphill: Floats) -> Floats:
    """Return (n,) what one may take for the size of a change, before any is known.

    The distance to the boundary if the model were linear, at most the span of the bounds; where
    the gradient is zero that span, or 1 where there is none.

    Args:
        rows: The examples sought for.
        threat: The norm and the bounds.
        logits: (n, classes) scores of the inputs.
        uphill: (n, ...) where the loss rises.
    """
    most = threat.bounds.span if threat.bounds.finite else inf
    gap = np.abs(Margin().value(logits, rows.labels))
    flat = uphill.reshape(len(uphill), -1).astype(np.float64)
    slope = np.sqrt(np.einsum("nd,nd->n", flat, flat))
    far = np.divide(gap, slope, out=np.full(len(gap), inf), where=slope > 0)
    size = np.minimum(far, most)
    return np.where((size > 0) & np.isfinite(size), size, 1.0)
