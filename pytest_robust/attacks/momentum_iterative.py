"""The momentum iterative method (MI-FGSM)."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, prod
from typing import ClassVar

import numpy as np

from pytest_robust.attacks._checks import check_count, check_norm, check_step
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Differentiable
from pytest_robust.core.norms import LInf, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.survivors import Survivors
from pytest_robust.core.threat import ThreatModel, check_budget

__all__ = ["MomentumIterative"]


@dataclass(frozen=True, kw_only=True, repr=False)
class MomentumIterative(Attack):
    """Climb along a running sum of the gradients, each first brought to unit length in L1.

    The sum smooths the path. Its points fool other models more often than PGD's, which is
    what it is for: see `TransferAttack`.

    Args:
        eps: The largest change, in the inputs' own unit, above 0.
        norm: How it is measured: `LInf`, `L2` or `L1`.
        steps: Gradients an example, at least 1.
        decay: What is kept of the sum at each step, from 0; 1 forgets nothing.
        step_size: The size of a step in the norm; None for eps / steps, the paper's.
        goal: `Untargeted()`, or `Targeted(label)`.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> MomentumIterative(eps=8 / 255, decay=0.9)
        MomentumIterative(eps=8/255, decay=0.9)

    References:
        Dong et al., "Boosting Adversarial Attacks with Momentum", CVPR 2018, arXiv:1710.06081.
    """

    needs: ClassVar = Differentiable

    eps: float = strength(strongest=0.3)
    norm: Norm = LInf
    steps: int = 10
    decay: float = 1.0
    step_size: float | None = None
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_budget(self.eps)
        check_norm(self)
        check_count("steps", self.steps)
        if not (isfinite(self.decay) and self.decay >= 0):
            raise InvalidArgument(f"decay={self.decay!r} must be a finite number, at least 0")
        if self.step_size is not None:
            check_step("step_size", self.step_size)

    def perturb(self, model: Differentiable, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return the point that broke each input, or its last."""
        rows = Survivors(model, x, y, streams, self.goal)
        step = threat.eps / self.steps if self.step_size is None else self.step_size
        point, velocity = np.array(rows.x), np.zeros_like(rows.x)
        for _ in range(self.steps):
            if not len(rows):
                break
            answer = rows.model.loss_gradient(point, rows.labels, LogOdds())
            # In float64: the sum of a float32 gradient's entries may overflow.
            length = np.abs(answer.gradient.reshape(len(point), prod(x.shape[1:]))).sum(axis=1, dtype=np.float64)
            unit = answer.gradient / np.maximum(length, 1e-30).astype(np.float32).reshape(-1, *[1] * (x.ndim - 1))
            velocity = np.float32(self.decay) * velocity + unit
            kept = rows.strike(point, answer.logits)
            point = rows.climb(point, velocity, kept, step, threat)
            velocity = velocity[kept]
        rows.settle(point)
        return rows.result()
