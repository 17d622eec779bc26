"""DeepFool."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import ClassVar

import numpy as np

from pytest_robust.attacks._checks import check_count, check_norm, check_radius, check_step
from pytest_robust.attacks._planes import likeliest, nearest_planes
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.bounds import UNBOUNDED
from pytest_robust.core.goals import Goal, Targeted, Untargeted
from pytest_robust.core.model import Differentiable
from pytest_robust.core.norms import L2, LInf, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.survivors import Survivors
from pytest_robust.core.threat import ThreatModel

__all__ = ["DeepFool"]


@dataclass(frozen=True, kw_only=True, repr=False)
class DeepFool(Attack):
    """Step to the nearest boundary as if the model were linear, until it is crossed.

    Args:
        eps: The largest change that is of interest, in the inputs' own unit; infinity, the
            default, for the nearest change whatever its size.
        norm: `L2` or `LInf`.
        steps: The most steps, at least 1.
        candidates: Boundaries to that many of the likeliest other classes are looked at, at least 1.
        overshoot: By what share the sum of the steps is lengthened, above 0.
        goal: `Untargeted()`, or `Targeted(label)`, the boundary to one class.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> DeepFool(candidates=5)
        DeepFool(candidates=5)

    References:
        Moosavi-Dezfooli, Fawzi and Frossard, "DeepFool: a simple and accurate method to fool
        deep neural networks", CVPR 2016, arXiv:1511.04599.
    """

    needs: ClassVar = Differentiable
    norms: ClassVar = (L2, LInf)

    eps: float = strength(strongest=3.0, default=inf)
    norm: Norm = L2
    steps: int = 50
    candidates: int = 10
    overshoot: float = 0.02
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_radius(self.eps)
        check_norm(self)
        check_count("steps", self.steps)
        check_count("candidates", self.candidates)
        check_step("overshoot", self.overshoot)

    def perturb(self, model: Differentiable, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return the first point beyond a boundary, or the input."""
        rows = Survivors(model, x, y, streams, self.goal)
        box = ThreatModel(norm=self.norm, eps=inf, bounds=threat.bounds)
        # Steps as long as without the bounds' walls. Those that make up for the walls go so far
        # that the model is no longer linear there, and end 10 % further away.
        free = ThreatModel(norm=self.norm, eps=inf, bounds=UNBOUNDED)
        point, total = rows.x, np.zeros_like(rows.x)
        rivals: Integers = np.empty((0, 1), dtype=np.int64)
        for turn in range(self.steps):
            if not len(rows):
                break
            if not turn:
                rivals = self._rivals(rows)
            # To be answered a target, whatever class is ahead of it must be left behind.
            labels = None if isinstance(self.goal, Targeted) else rows.y
            planes = nearest_planes(rows.model, point, labels, rivals, free)
            kept = rows.strike(point, planes.logits)
            rivals, total = rivals[kept], total[kept] + planes.step[kept]
            point = box.project(rows.x + total * np.float32(1 + self.overshoot), rows.x)
        if len(rows):
            rows.strike(point, rows.model.logits(point))
        found: Floats = rows.result()
        return found if threat.eps == inf else threat.project(found, x)

    def _rivals(self, rows: Survivors[Differentiable]) -> Integers:
        if isinstance(self.goal, Targeted):
            return rows.labels[:, None]
        return likeliest(rows.model.logits(rows.x), rows.y, self.candidates)
