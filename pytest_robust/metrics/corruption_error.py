"""The error rate under one corruption."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pytest_robust.core.criteria import Correct, Criterion
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import Flattery, Request, SampleMetric
from pytest_robust.core.model import name_of
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.metrics._errors import at_all_severities, beside, beside_words, errors, requests, shares
from pytest_robust.statistics.mean_interval import mean_interval

__all__ = ["CorruptionError"]


@dataclass(frozen=True)
class CorruptionError(SampleMetric):
    """The error rate under one corruption, over its five severities.

    Unlike robust accuracy it does not ask whether an example was right before. Without a
    baseline it is the mean of the five error rates; with one, their sum as a share of the
    baseline's, the CE of the literature, which is above 1 for a model that is worse.

    Args:
        corruption: A class such as `Fog`, or a value, whose own severity does not matter.
        baseline: A model of any framework that it is divided by, on the same examples; None for none.
        criterion: What counts as right.

    Raises:
        InvalidArgument: `corruption` has no severities.

    Examples:
        >>> from pytest_robust.transforms import GaussianNoise
        >>> CorruptionError(GaussianNoise).title
        'corruption error of GaussianNoise'

    References:
        Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
        and Perturbations", ICLR 2019, arXiv:1903.12261, section 4.
    """

    corruption: Any
    baseline: Any = field(default=None, repr=False, compare=False, kw_only=True)
    criterion: Criterion = field(default_factory=Correct, kw_only=True)

    def __post_init__(self) -> None:
        """Validate."""
        at_all_severities(self.corruption)

    @property
    def title(self) -> str:
        """What it is, with the corruption."""
        return f"corruption error of {name_of(self.corruption)}{beside_words(self.baseline)}"

    @property
    def flattery(self) -> Flattery:
        """A corruption reads no model, so none is too weak."""
        return Flattery.NONE

    def requests(self) -> tuple[Request, ...]:
        """Return the evaluations of the model, and then those of the baseline."""
        under = (at_all_severities(self.corruption),)
        ours = requests(under, self.criterion)
        return ours if self.baseline is None else ours + requests(under, self.criterion, self.baseline)

    def estimate(self, outcomes: tuple[Outcomes, ...], *, confidence: float, seed: int) -> Estimate:
        """Return the error with its interval."""
        if self.baseline is not None:
            return beside(
                lambda ours, theirs: shares(ours.sums, theirs.sums), outcomes, confidence=confidence, seed=seed
            )
        scores = errors(outcomes).corrupted.mean(axis=(1, 2))
        return mean_interval(scores, outcomes[0].total, confidence=confidence, seed=seed)
