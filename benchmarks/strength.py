"""How much of a model an attack leaves standing, measured on the images it returned."""

from __future__ import annotations

from math import inf

import numpy as np

from benchmarks.bare import Bare
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.threat import ThreatModel

__all__ = ["distances", "ratio", "robust_accuracy"]


def robust_accuracy(bare: Bare, x: Floats, y: Integers, found: Floats, threat: ThreatModel) -> float:
    """Return the percentage of images right before and after, whatever the attack says of itself.

    An image outside the ball or outside [0, 1] breaks nothing.
    """
    allowed = threat.allows(found, x)
    counted = found.copy()
    counted[~allowed] = x[~allowed]
    return float(100 * (bare.right(x, y) & bare.right(counted, y)).mean())


def distances(bare: Bare, x: Floats, y: Integers, found: Floats, threat: ThreatModel) -> Floats:
    """Return (n,) how far away each image breaks, infinity where it does not.

    Those that are wrong from the start need no change, and count with a distance of 0. An image
    outside [0, 1] breaks nothing; no slack is given, since a nearest change lives on slack.
    """
    flat = found.reshape(len(found), -1)
    inside = (flat >= 0).all(axis=1) & (flat <= 1).all(axis=1)
    far = np.where(inside & ~bare.right(found, y), threat.norm.size(found - x), inf)
    return np.where(bare.right(x, y), far, 0.0)


def ratio(ours: float, theirs: float) -> float:
    """Return how many times as far ours is; where neither found any, no number that holds a bar."""
    return ours / theirs if np.isfinite(theirs) else (0.0 if np.isfinite(ours) else inf)
