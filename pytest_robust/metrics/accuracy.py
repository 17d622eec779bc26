"""The share of examples that are right, before a change and after it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.criteria import Correct, Criterion
from pytest_robust.core.metric import ExampleMetric, Flattery, Request
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Clean, Perturbation

__all__ = ["Accuracy"]


@dataclass(frozen=True, kw_only=True)
class Accuracy(ExampleMetric):
    """Robust accuracy: right before *and* after; without a perturbation, clean accuracy.

    Under an attack it is an upper bound: a stronger attack may break more.

    Args:
        under: The perturbation.
        criterion: What counts as right.

    Examples:
        >>> Accuracy().requests()[0].under
        Clean()

    References:
        Carlini et al., "On Evaluating Adversarial Robustness", 2019, arXiv:1902.06705,
        section 2.2.
    """

    under: Perturbation = field(default_factory=Clean)
    criterion: Criterion = field(default_factory=Correct)

    @property
    def flattery(self) -> Flattery:
        """A weak attack leaves more right."""
        return Flattery.UP

    def requests(self) -> tuple[Request, ...]:
        """Return the one evaluation it needs."""
        return (Request(under=self.under, criterion=self.criterion),)

    def scores(self, outcomes: Outcomes) -> Floats:
        """Return (n,) the score after, 0 where it was wrong before."""
        return np.where(outcomes.clean > 0, outcomes.perturbed, 0.0)
