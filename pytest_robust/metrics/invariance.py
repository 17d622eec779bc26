"""The share of answers that stay the same."""

from __future__ import annotations

from dataclasses import dataclass, field

from pytest_robust.core.arrays import Floats
from pytest_robust.core.criteria import AgainstClean, SameAsClean
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.metric import ExampleMetric, Flattery, Request
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Perturbation

__all__ = ["Invariance"]


@dataclass(frozen=True, kw_only=True)
class Invariance(ExampleMetric):
    """The share of examples whose answer a change leaves as it was. Needs no labels.

    Args:
        under: The perturbation.
        criterion: What counts as the same: `SameAsClean()`, of a detector `BoxesKept(iou=0.5)`, of a language model
            `PerplexityKept(1.5)`; of texts and values, `Kept(...)` of another criterion.

    Raises:
        InvalidArgument: The criterion does not compare with the answer to the unchanged input.

    References:
        Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList",
        ACL 2020, arXiv:2005.04118, section 2.2.
    """

    under: Perturbation
    criterion: AgainstClean = field(default_factory=SameAsClean)

    def __post_init__(self) -> None:
        """Validate."""
        if not isinstance(self.criterion, AgainstClean):
            raise InvalidArgument(
                f"criterion={self.criterion!r} judges by labels, and invariance by the answer before the change: "
                "give SameAsClean() or BoxesKept(iou=0.5), for texts and values Kept(...) of it, or measure accuracy"
            )

    @property
    def flattery(self) -> Flattery:
        """A weak attack leaves more as it was."""
        return Flattery.UP

    def requests(self) -> tuple[Request, ...]:
        """Return the one evaluation it needs."""
        return (Request(under=self.under, criterion=self.criterion),)

    def scores(self, outcomes: Outcomes) -> Floats:
        """Return (n,) scores: 1 where the answer stayed."""
        return outcomes.perturbed
