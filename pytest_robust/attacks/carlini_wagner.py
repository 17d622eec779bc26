"""The attack of Carlini and Wagner."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from typing import ClassVar

import numpy as np

from pytest_robust.attacks._checks import check_count, check_norm, check_radius, check_step
from pytest_robust.core.arrays import Floats, Integers, Mask
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.losses import Margin
from pytest_robust.core.model import Differentiable
from pytest_robust.core.nearest import Nearest
from pytest_robust.core.norms import L2, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

__all__ = ["CarliniWagner"]

# Adam's decay rates and its guard against division by zero (Kingma and Ba 2015).
_FIRST, _SECOND, _GUARD = 0.9, 0.999, 1e-8
# The tanh of no finite number is 1: inputs at the walls start a hair inside.
_INSIDE = 0.999999
# A constant is multiplied by this as long as nothing breaks the example.
_GROWTH = 10.0


@dataclass(frozen=True, kw_only=True, repr=False)
class CarliniWagner(Attack):
    """Weigh the size of the change against the margin, and search for the weight.

    Adam minimises the squared size plus a constant times the margin that is left. For each
    example a binary search finds the least constant with which it is broken.

    Args:
        eps: The largest change that is of interest, in the inputs' own unit; infinity, the
            default, for the nearest change whatever its size.
        norm: `L2`.
        steps: Gradients an example and constant, at least 1.
        searches: Constants an example, at least 1.
        learning_rate: Of Adam, above 0, on a variable whose tanh spans the bounds.
        constant: The first constant, above 0.
        confidence: How far the wrong class must lead, in logits, from 0.
        goal: `Untargeted()`, or `Targeted(label)`.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> CarliniWagner(searches=5)
        CarliniWagner(searches=5)

    References:
        Carlini and Wagner, "Towards Evaluating the Robustness of Neural Networks", S&P 2017,
        arXiv:1608.04644, section VI.A.
    """

    needs: ClassVar = Differentiable
    norms: ClassVar = (L2,)

    eps: float = strength(strongest=3.0, default=inf)
    norm: Norm = L2
    steps: int = 100
    searches: int = 9
    learning_rate: float = 0.05
    constant: float = 0.1
    confidence: float = 0.0
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_radius(self.eps)
        check_norm(self)
        check_count("steps", self.steps)
        check_count("searches", self.searches)
        check_step("learning_rate", self.learning_rate)
        check_step("constant", self.constant)
        if not (isfinite(self.confidence) and self.confidence >= 0):
            raise InvalidArgument(f"confidence={self.confidence!r} must be a finite number, at least 0")

    def perturb(self, model: Differentiable, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return the nearest point found that breaks each input, or the input."""
        rows = Nearest(model, x, y, threat, streams, self.goal)
        constant = np.full(len(x), self.constant)
        low, high = np.zeros(len(x)), np.full(len(x), inf)
        for _ in range(self.searches):
            if not len(rows):
                break
            tried = rows.sought
            broken = np.zeros(len(x), dtype=bool)
            self._descend(rows, constant, broken)
            high[tried] = np.where(broken, np.minimum(high, constant), high)[tried]
            low[tried] = np.where(broken, low, np.maximum(low, constant))[tried]
            with np.errstate(invalid="ignore"):
                middle = (low + high) / 2
            constant[tried] = np.where(np.isfinite(high), middle, constant * _GROWTH)[tried]
        return rows.result()

    def _descend(self, rows: Nearest[Differentiable], constants: Floats, broken: Mask) -> None:
        """Offer the points of one run of Adam, and note which rows they broke."""
        space = _Space(rows.threat.bounds)
        variable = space.variable(rows.x)
        start = space.point(variable)
        first, second = np.zeros_like(variable), np.zeros_like(variable)
        for turn in range(1, self.steps + 1):
            if not len(rows):
                return
            point = space.point(variable)
            labels = rows.labels
            answer = rows.model.pullback(point, lambda logits, y=labels: self._slope(logits, y)[None], count=1)  # type: ignore[misc]  # bound now
            lead = self.goal.uphill(Margin().value(answer.logits, labels))
            sought = rows.sought
            offered = rows.offer(point, answer.logits, among=lead >= self.confidence)
            broken[sought[offered.broken]] = True
            kept = offered.kept
            if not len(rows):
                return
            weight = constants[rows.sought].astype(np.float32).reshape(-1, *[1] * (point.ndim - 1))
            variable, start, point = variable[kept], start[kept], point[kept]
            # Measured from where the variable can be: an input at a wall has no change to make up for.
            slope = 2 * (point - start) - weight * answer.gradients[0][kept]
            slope *= space.slope(variable)
            first = _FIRST * first[kept] + (1 - _FIRST) * slope
            second = _SECOND * second[kept] + (1 - _SECOND) * slope**2
            # The guard stands beside the corrected moment: beside the bare one it would weigh thirty
            # times as much at first, and hold back the entries near the walls, whose slopes are small.
            rate = np.float32(self.learning_rate / (1 - _FIRST**turn))
            spread = np.sqrt(second / np.float32(1 - _SECOND**turn))
            variable = variable - rate * first / (spread + np.float32(_GUARD))

    def _slope(self, logits: Floats, labels: Integers) -> Floats:
        """Return the derivative of the margin that is left, none where the lead is large enough."""
        left = self.goal.uphill(Margin().value(logits, labels)) < self.confidence + 1e-12
        slope: Floats = self.goal.uphill(Margin().slope(logits, labels)) * left[:, None]
        return slope


@dataclass(frozen=True)
class _Space:
    """The variable that may take any value, where the inputs may not."""

    bounds: Bounds

    def variable(self, x: Floats) -> Floats:
        if not self.bounds.finite:
            return np.array(x)
        centred = (x - np.float32(self._middle)) / np.float32(self.bounds.span / 2)
        return np.arctanh(np.clip(centred, -_INSIDE, _INSIDE).astype(np.float64)).astype(np.float32)

    def point(self, variable: Floats) -> Floats:
        if not self.bounds.finite:
            return self.bounds.clip(variable)
        point: Floats = np.tanh(variable) * np.float32(self.bounds.span / 2) + np.float32(self._middle)
        return self.bounds.clip(point)

    def slope(self, variable: Floats) -> Floats:
        if not self.bounds.finite:
            return np.ones_like(variable)
        slope: Floats = (1 - np.tanh(variable) ** 2) * np.float32(self.bounds.span / 2)
        return slope

    @property
    def _middle(self) -> float:
        return (self.bounds.low + self.bounds.high) / 2
