"""How much corruptions add to the error, beside another model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pytest_robust.core.criteria import Correct, Criterion
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import Request, SampleMetric
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.metrics._errors import at_all_severities, beside, beside_words, corruptions, requests, shares

__all__ = ["RelativeMeanCorruptionError"]


@dataclass(frozen=True, kw_only=True)
class RelativeMeanCorruptionError(SampleMetric):
    """Relative mCE: by how much corruptions raise the error rate, as a share of a baseline's rise, in the mean.

    It tells a model that bears corruptions better from one that is merely better without them.

    Args:
        baseline: Another model, of any framework; both answer for the same examples.
        corruptions: Classes such as `Fog`; the fifteen of the literature where it is left out,
            some of which are for colour images alone.
        criterion: What counts as right.

    Raises:
        InvalidArgument: There is no baseline, no corruption, or one without severities.

    Examples:
        >>> from pytest_robust.transforms import GaussianNoise
        >>> RelativeMeanCorruptionError(baseline=len, corruptions=[GaussianNoise]).title
        'relative mCE beside len'

    References:
        Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
        and Perturbations", ICLR 2019, arXiv:1903.12261, section 4.
    """

    baseline: Any = field(repr=False, compare=False)
    corruptions: Any = None
    criterion: Criterion = field(default_factory=Correct)

    def __post_init__(self) -> None:
        """Validate."""
        if self.baseline is None:
            raise InvalidArgument("baseline=None: name the model to compare with, such as the one in production")
        object.__setattr__(self, "corruptions", corruptions(self.corruptions))

    @property
    def title(self) -> str:
        """As the literature calls it, with the baseline."""
        return f"relative mCE{beside_words(self.baseline)}"

    def requests(self) -> tuple[Request, ...]:
        """Return the evaluations of the model, and then those of the baseline."""
        under = [at_all_severities(one) for one in self.corruptions]
        return requests(under, self.criterion) + requests(under, self.criterion, self.baseline)

    def estimate(self, outcomes: tuple[Outcomes, ...], *, confidence: float, seed: int) -> Estimate:
        """Return the mean share with its interval."""
        return beside(lambda ours, theirs: shares(ours.rises, theirs.rises), outcomes, confidence=confidence, seed=seed)
