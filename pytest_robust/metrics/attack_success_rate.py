"""The share of right answers that an attack turns."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_robust.core.arrays import Floats
from pytest_robust.core.metric import ExampleMetric, Flattery, Request
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Perturbation

__all__ = ["AttackSuccessRate"]


@dataclass(frozen=True, kw_only=True)
class AttackSuccessRate(ExampleMetric):
    """Of the examples answered right before, the share on which the attack reaches its goal.

    For a targeted attack: of those with another right answer, the share answered with the
    target. It is a lower bound: a stronger attack may succeed more often.

    Args:
        under: The perturbation.

    References:
        Carlini and Wagner, "Towards Evaluating the Robustness of Neural Networks", S&P 2017,
        arXiv:1608.04644, section VI.
    """

    under: Perturbation

    @property
    def flattery(self) -> Flattery:
        """A weak attack succeeds less often."""
        return Flattery.DOWN

    def requests(self) -> tuple[Request, ...]:
        """Return the one evaluation it needs."""
        return (Request(under=self.under, only_right=True),)

    def scores(self, outcomes: Outcomes) -> Floats:
        """Return (n,) 1 where the attack succeeded."""
        return 1.0 - outcomes.perturbed if outcomes.reached is None else outcomes.reached
