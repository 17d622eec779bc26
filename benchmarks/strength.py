"""How much of a model an attack leaves standing, measured on the images it returned."""

from __future__ import annotations

from benchmarks.bare import Bare
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.threat import ThreatModel

__all__ = ["robust_accuracy"]


def robust_accuracy(bare: Bare, x: Floats, y: Integers, found: Floats, threat: ThreatModel) -> float:
    """Return the percentage of images right before and after, whatever the attack says of itself.

    An image outside the ball or outside [0, 1] breaks nothing.
    """
    allowed = threat.allows(found, x)
    counted = found.copy()
    counted[~allowed] = x[~allowed]
    return float(100 * (bare.right(x, y) & bare.right(counted, y)).mean())
