"""What several attacks that seek the nearest change do alike."""

from __future__ import annotations

from math import inf

import numpy as np

from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.criteria import answers
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.goals import Goal
from pytest_robust.core.losses import Margin
from pytest_robust.core.model import Differentiable
from pytest_robust.core.nearest import Nearest
from pytest_robust.core.threat import ThreatModel

__all__ = ["box_around", "check_patience", "check_shrink", "close_in", "first_size", "waits"]

# A twentieth, by which spheres grow and shrink, halved so often is less than a thousandth.
_HALVINGS = 6
# A sphere needs some steps to swing across the boundary and back.
_FEWEST = 10


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


def check_patience(patience: float) -> None:
    """Refuse a patience that is no share of the steps.

    Raises:
        InvalidArgument: It is not above 0 and at most 1.
    """
    if isinstance(patience, bool) or not isinstance(patience, (int, float)) or not 0 < patience <= 1:
        raise InvalidArgument(f"patience={patience!r} must be a share of the steps, above 0 and at most 1")


def waits(patience: float, steps: int) -> int | None:
    """Return how many steps in a row may bring an example no nearer, None for any number."""
    return None if patience == 1 else max(_FEWEST, round(patience * steps))


def close_in(  # noqa: PLR0917 - what `perturb` is given, in its order
    model: Differentiable, x: Floats, y: Integers, threat: ThreatModel, goal: Goal, found: Floats, *, share: float
) -> Floats:
    """Return the nearest breaking points on the lines from inputs to the breaking points found.

    It asks for answers alone, each a fraction of a gradient's price.

    Args:
        model: Answers for the rows.
        x: (n, ...) inputs.
        y: (n,) the right answers.
        threat: Within a finite budget a smaller change is worth nothing, and nothing is asked.
        goal: What breaks an example.
        found: (n, ...) breaking points, the inputs where there are none.
        share: How much nearer than the points the boundary may be.
    """
    if threat.eps != inf:
        return found
    delta = found - x
    rows = np.flatnonzero(delta.reshape(len(x), -1).any(axis=1))
    if not len(rows):
        return found
    near, far = np.full(len(rows), 1 - share), np.ones(len(rows))
    asked, column = model.rows(rows), (-1, *[1] * (x.ndim - 1))
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        point = x[rows] + delta[rows] * middle.astype(np.float32).reshape(column)
        broken = goal.reached(answers(asked.logits(point)), y[rows])
        near, far = np.where(broken, near, middle), np.where(broken, middle, far)
    closer = np.array(found)
    closer[rows] = x[rows] + delta[rows] * far.astype(np.float32).reshape(column)
    return closer
