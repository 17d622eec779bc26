"""Projected gradient descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pytest_robust.attacks._checks import check_count, check_norm, check_step
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Differentiable
from pytest_robust.core.norms import LInf, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.survivors import Survivors
from pytest_robust.core.threat import ThreatModel, check_budget

__all__ = ["PGD"]


@dataclass(frozen=True, kw_only=True, repr=False)
class PGD(Attack):
    """Ascend the loss, return to the ball, repeat.

    The first step goes the whole way along the gradient at the random start; the others are
    of `step_size`.

    Args:
        eps: The largest change, in the inputs' own unit, above 0.
        norm: How it is measured: `LInf`, `L2` or `L1`.
        steps: Gradients an example and restart, at least 1.
        restarts: Random starts, at least 1; each meets the examples that stood the last.
        step_size: The size of a step in the norm; None for 2.5 * eps / steps.
        random_start: Start at a random point of the ball rather than at the input.
        goal: `Untargeted()`, or `Targeted(label)`.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> PGD(eps=8 / 255, restarts=5)
        PGD(eps=8/255, restarts=5)

    References:
        Madry et al., "Towards Deep Learning Models Resistant to Adversarial Attacks",
        ICLR 2018, arXiv:1706.06083.
    """

    needs: ClassVar = Differentiable

    eps: float = strength(strongest=0.3)
    norm: Norm = LInf
    steps: int = 40
    restarts: int = 1
    step_size: float | None = None
    random_start: bool = True
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_budget(self.eps)
        check_norm(self)
        check_count("steps", self.steps)
        check_count("restarts", self.restarts)
        if self.step_size is not None:
            check_step("step_size", self.step_size)

    def perturb(self, model: Differentiable, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return the point that broke each input, or its last."""
        rows = Survivors(model, x, y, streams, self.goal)
        # 2.5 straight paths: the boundary is in reach from any start, with steps to spare
        # for moving along it (Madry et al., section 5).
        step = 2.5 * threat.eps / self.steps if self.step_size is None else self.step_size
        for restart in range(self.restarts):
            if not len(rows):
                break
            inputs = rows.x
            point = (
                threat.sample(inputs, rows.streams.child("restart", restart)) if self.random_start else np.array(inputs)
            )
            # First the whole way at once, from the input. Small steps alone creep round a
            # curved ball and end up to 4 % of an L2 budget short of the optimum, even on a
            # linear model; from there they only have to correct.
            point = _climbed(rows, point, threat.eps, threat, from_input=True)
            for _ in range(self.steps - 1):
                if not len(rows):
                    break
                point = _climbed(rows, point, step, threat)
            rows.settle(point)
        return rows.result()


def _climbed(
    rows: Survivors[Differentiable], point: Floats, size: float, threat: ThreatModel, *, from_input: bool = False
) -> Floats:
    answer = rows.model.loss_gradient(point, rows.labels, LogOdds())
    kept = rows.strike(point, answer.logits)
    return rows.climb(point, answer.gradient, kept, size, threat, from_input=from_input)
