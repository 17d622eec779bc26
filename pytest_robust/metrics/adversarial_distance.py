"""How far the nearest change is that breaks an example."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from scipy.stats import binom

from pytest_robust.core.arrays import Floats
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import Flattery, Request, SampleMetric
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Attack, Perturbation

__all__ = ["AdversarialDistance"]


@dataclass(frozen=True, kw_only=True)
class AdversarialDistance(SampleMetric):
    """The median, or another quantile, of the distances to the nearest change that breaks an example.

    Of all examples: one that is wrong already is at distance 0, one that the attack does not
    break at no known distance, beyond all others. It is an upper bound: a better attack finds
    nearer changes.

    Args:
        under: An attack that seeks the nearest change, such as `FMN()` or `DDN()`.
        quantile: Which, strictly between 0 and 1; 0.5 for the median.

    Raises:
        InvalidArgument: `under` is no attack, or `quantile` is outside its range.

    References:
        Brendel et al., "Accurate, reliable and fast robustness evaluation", NeurIPS 2019,
        arXiv:1907.01003, section 4, for the median; Conover, "Practical Nonparametric
        Statistics", 3rd ed. 1999, section 3.2, for its interval from order statistics.
    """

    under: Perturbation
    quantile: float = 0.5

    def __post_init__(self) -> None:
        """Validate."""
        if not isinstance(self.under, Attack):
            raise InvalidArgument(
                f"under={self.under!r} has no distances: give an attack that seeks the nearest change, such as FMN()"
            )
        if isinstance(self.quantile, bool) or not isinstance(self.quantile, (int, float)) or not 0 < self.quantile < 1:
            raise InvalidArgument(f"quantile={self.quantile!r} must lie strictly between 0 and 1")

    @property
    def title(self) -> str:
        """What it is, with its quantile where that is not the median."""
        return f"adversarial distance{'' if self.quantile == 0.5 else f', quantile {self.quantile:g}'}"  # noqa: PLR2004 - the median

    @property
    def flattery(self) -> Flattery:
        """A weak attack finds only far changes."""
        return Flattery.UP

    def requests(self) -> tuple[Request, ...]:
        """Return the one evaluation it needs."""
        return (Request(under=self.under),)

    def distances(self, outcomes: Outcomes) -> Floats:
        """Return (n,) the distances: 0 where the answer was wrong before, infinity where the attack failed."""
        far = np.full(len(outcomes), np.nan) if outcomes.distance is None else outcomes.distance
        held = outcomes.perturbed if outcomes.reached is None else 1 - outcomes.reached
        return np.where(outcomes.clean <= 0, 0.0, np.where(held > 0, inf, far))

    def estimate(self, outcomes: tuple[Outcomes, ...], *, confidence: float, seed: int) -> Estimate:  # noqa: ARG002 - nothing is drawn
        """Return the quantile; its interval is between two of the distances themselves."""
        (one,) = outcomes
        ranked = np.sort(self.distances(one))
        count = len(ranked)
        # How many of n lie below the true quantile is binomial, so these two ranks enclose it.
        tail = (1 - confidence) / 2
        low = int(binom.ppf(tail, count, self.quantile))
        high = int(binom.ppf(1 - tail, count, self.quantile)) + 1
        missing = int(np.isinf(ranked).sum())
        return Estimate(
            # The inverse of the distribution function: one of the distances, never a mean of two.
            value=float(ranked[max(int(np.ceil(self.quantile * count)) - 1, 0)]),
            low=float(ranked[low - 1]) if low >= 1 else 0.0,
            high=float(ranked[high - 1]) if high <= count else inf,
            n=count,
            total=one.total,
            confidence=confidence,
            method=f"order statistics{f'; {missing} not broken' if missing else ''}",
        )
