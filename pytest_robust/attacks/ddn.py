"""The decoupled direction and norm attack."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, inf, pi
from typing import ClassVar

import numpy as np

from pytest_robust.attacks._checks import check_count, check_norm, check_radius
from pytest_robust.attacks._minimum_norm import check_patience, check_shrink, close_in, first_size, waits
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Differentiable
from pytest_robust.core.nearest import Nearest
from pytest_robust.core.norms import L2, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

__all__ = ["DDN"]


@dataclass(frozen=True, kw_only=True, repr=False)
class DDN(Attack):
    """Follow the gradient on a sphere that shrinks where the example is broken and grows where not.

    Args:
        eps: The largest change that is of interest, in the inputs' own unit; infinity, the
            default, for the nearest change whatever its size.
        norm: `L2`.
        steps: Gradients an example at most, at least 1.
        shrink: By what share the sphere shrinks and grows at a step, between 0 and 1.
        patience: What share of the steps in a row, and ten at least, may bring an example no nearer
            by a thousandth before it is left as it is; 1 spends all steps.
        goal: `Untargeted()`, or `Targeted(label)`.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> DDN(steps=300)
        DDN(steps=300)

    References:
        Rony et al., "Decoupling Direction and Norm for Efficient Gradient-Based L2 Adversarial
        Attacks and Defenses", CVPR 2019, arXiv:1811.09600.
    """

    needs: ClassVar = Differentiable
    norms: ClassVar = (L2,)

    eps: float = strength(strongest=3.0, default=inf)
    norm: Norm = L2
    steps: int = 100
    shrink: float = 0.05
    patience: float = 0.15
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_radius(self.eps)
        check_norm(self)
        check_count("steps", self.steps)
        check_shrink(self.shrink)
        check_patience(self.patience)

    def perturb(self, model: Differentiable, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return the nearest point found that breaks each input, or the input."""
        rows = Nearest(model, x, y, threat, streams, self.goal, patience=waits(self.patience, self.steps))
        box = ThreatModel(norm=self.norm, eps=inf, bounds=threat.bounds)
        point = rows.x
        size: Floats = np.empty(0)
        length = size
        for turn in range(self.steps + 1):
            if not len(rows):
                break
            answer = rows.model.loss_gradient(point, rows.labels, LogOdds())
            uphill = self.goal.uphill(answer.gradient)
            if not turn:
                size = length = first_size(rows, box, answer.logits, uphill)
            offered = rows.offer(point, answer.logits)
            size = (size * np.where(offered.broken, 1 - self.shrink, 1 + self.shrink))[offered.kept]
            if not len(rows):
                break
            # From one sphere's radius to a hundredth of it, along half a cosine.
            length = length[offered.kept]
            pace = length * (0.01 + 0.99 * (1 + cos(pi * turn / self.steps)) / 2)
            moved = box.ascend(point[offered.kept], uphill[offered.kept], pace)
            delta = moved - rows.x
            scale = size / np.maximum(self.norm.size(delta), 1e-30)
            delta *= scale.astype(np.float32).reshape(-1, *[1] * (x.ndim - 1))
            point = box.project(rows.x + delta, rows.x)
        return close_in(model, x, y, threat, self.goal, rows.result(), share=self.shrink)
