"""The basic iterative method (BIM, I-FGSM)."""

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

__all__ = ["BasicIterative"]


@dataclass(frozen=True, kw_only=True, repr=False)
class BasicIterative(Attack):
    """Take many small steps of the fast gradient method, from the input itself.

    What PGD is without its random start and its long first step. Where the input lies on a
    plateau it stays there: PGD is the stronger.

    Args:
        eps: The largest change, in the inputs' own unit, above 0.
        norm: How it is measured: `LInf`, `L2` or `L1`.
        steps: Gradients an example, at least 1.
        step_size: The size of a step in the norm; None for 2.5 * eps / steps, as PGD's.
        goal: `Untargeted()`, or `Targeted(label)`.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> BasicIterative(eps=8 / 255)
        BasicIterative(eps=8/255)

    References:
        Kurakin, Goodfellow and Bengio, "Adversarial examples in the physical world", ICLR 2017
        workshop, arXiv:1607.02533.
    """

    needs: ClassVar = Differentiable

    eps: float = strength(strongest=0.3)
    norm: Norm = LInf
    steps: int = 10
    step_size: float | None = None
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_budget(self.eps)
        check_norm(self)
        check_count("steps", self.steps)
        if self.step_size is not None:
            check_step("step_size", self.step_size)

    def perturb(self, model: Differentiable, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return the point that broke each input, or its last."""
        rows = Survivors(model, x, y, streams, self.goal)
        step = 2.5 * threat.eps / self.steps if self.step_size is None else self.step_size
        point = np.array(rows.x)
        for _ in range(self.steps):
            if not len(rows):
                break
            answer = rows.model.loss_gradient(point, rows.labels, LogOdds())
            kept = rows.strike(point, answer.logits)
            point = rows.climb(point, answer.gradient, kept, step, threat)
        rows.settle(point)
        return rows.result()
