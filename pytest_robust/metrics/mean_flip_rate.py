"""How often the answer changes while a change grows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pytest_robust.core.criteria import SameAsClean, answers
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import Flattery, Request, SampleMetric
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Perturbation, Transform
from pytest_robust.statistics.mean_interval import mean_interval

__all__ = ["MeanFlipRate"]


@dataclass(frozen=True, kw_only=True)
class MeanFlipRate(SampleMetric):
    """The share of small steps of a growing change at which the answer flips. Needs no labels.

    Each example is a film: unchanged at first, then the change at 1, 2, ... steps of its
    strength, with the same random numbers throughout, such as a turn that goes on. A frame
    flips where its answer differs from the one before. A model that wavers has a high rate
    even where it is right at both ends.

    Args:
        under: The change at the end, such as `Rotate(degrees=Exactly(10))`.
        steps: How many frames follow the first, at least 1; the published films have 30.

    Raises:
        InvalidArgument: `under` has no strength that could grow, or `steps` is below 1.

    Examples:
        >>> from pytest_robust.transforms import Brightness
        >>> MeanFlipRate(under=Brightness(shift=0.3), steps=10).title
        'mean flip rate'

    References:
        Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
        and Perturbations", ICLR 2019, arXiv:1903.12261, section 4, equation (2).
    """

    under: Perturbation
    steps: int = 30

    def __post_init__(self) -> None:
        """Validate."""
        if not isinstance(self.under, Perturbation) or not self.under.has_strength:
            raise InvalidArgument(f"under={self.under!r} has no strength that could grow: give Rotate(degrees=10)")
        if isinstance(self.steps, bool) or not isinstance(self.steps, int) or self.steps < 1:
            raise InvalidArgument(f"steps={self.steps!r} must be an integer, at least 1")

    @property
    def flattery(self) -> Flattery:
        """A weak attack flips less."""
        return Flattery.NONE if isinstance(self.under, Transform) else Flattery.DOWN

    def requests(self) -> tuple[Request, ...]:
        """Return the evaluations of all frames."""
        frames = (self.under.scaled(step / self.steps) for step in range(1, self.steps + 1))
        return (
            Request(criterion=SameAsClean(), outputs=True),
            *(Request(under=frame, criterion=SameAsClean(), outputs=True) for frame in frames),
        )

    def estimate(self, outcomes: tuple[Outcomes, ...], *, confidence: float, seed: int) -> Estimate:
        """Return the rate with its interval."""
        said = [answers(np.asarray(one.outputs)) for one in outcomes]
        flips = np.mean([before != after for before, after in pairwise(said)], axis=0)
        return mean_interval(flips, outcomes[0].total, confidence=confidence, seed=seed)
