"""The fast gradient sign method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pytest_robust.attacks._checks import check_norm
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Differentiable
from pytest_robust.core.norms import LInf, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel, check_budget

__all__ = ["FGSM"]


@dataclass(frozen=True, kw_only=True, repr=False)
class FGSM(Attack):
    """Take one step of the whole budget, the way the loss rises fastest.

    One gradient an example: the cheapest attack, and a weak one. A model that stands only
    this has not been shown to be robust.

    Args:
        eps: The largest change, in the inputs' own unit, above 0.
        norm: How it is measured: `LInf`, `L2` or `L1`. The step is the steepest change of
            that norm within the inputs' bounds.
        goal: `Untargeted()`, or `Targeted(label)`.

    Raises:
        InvalidArgument: `eps` is not a finite number above 0.

    Examples:
        >>> FGSM(eps=8 / 255)
        FGSM(eps=8/255)

    References:
        Goodfellow, Shlens and Szegedy, "Explaining and Harnessing Adversarial Examples",
        ICLR 2015, arXiv:1412.6572.
    """

    needs: ClassVar = Differentiable

    eps: float = strength(strongest=0.3)
    norm: Norm = LInf
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_budget(self.eps)
        check_norm(self)

    def perturb(self, model: Differentiable, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:  # noqa: ARG002 - it draws nothing
        """Return the inputs after one step."""
        answer = model.loss_gradient(x, self.goal.labels(y), LogOdds())
        return threat.ascend(x, self.goal.uphill(answer.gradient), threat.eps)
