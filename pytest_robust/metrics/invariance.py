"""The share of answers that stay the same."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_robust.core.arrays import Floats
from pytest_robust.core.criteria import SameAsClean
from pytest_robust.core.metric import ExampleMetric, Flattery, Request
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Perturbation

__all__ = ["Invariance"]


@dataclass(frozen=True, kw_only=True)
class Invariance(ExampleMetric):
    """The share of examples whose answer a change leaves as it was. Needs no labels.

    Args:
        under: The perturbation.

    References:
        Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList",
        ACL 2020, arXiv:2005.04118, section 2.2.
    """

    under: Perturbation

    @property
    def flattery(self) -> Flattery:
        """A weak attack leaves more as it was."""
        return Flattery.UP

    def requests(self) -> tuple[Request, ...]:
        """Return the one evaluation it needs."""
        return (Request(under=self.under, criterion=SameAsClean()),)

    def scores(self, outcomes: Outcomes) -> Floats:
        """Return (n,) 1 where the answer stayed."""
        return outcomes.perturbed
