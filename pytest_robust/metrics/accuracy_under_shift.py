"""The accuracy under another mix of examples than the test set's."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.criteria import Correct, Criterion
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument, InvalidModel
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import Flattery, Request, SampleMetric
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Clean, Perturbation
from pytest_robust.core.shift import Shift
from pytest_robust.statistics.weighted_mean import effective_size, weighted_mean

__all__ = ["AccuracyUnderShift"]

# National statistics do not print a share that rests on less (Parker et al., "National Center for
# Health Statistics Data Presentation Standards for Proportions", Vital and Health Statistics
# 2(175), 2017); and the coverage of the interval was simulated from here on.
_LEAST = 30


@dataclass(frozen=True)
class AccuracyUnderShift(SampleMetric):
    """Robust accuracy where the classes or the inputs are mixed otherwise than in the test set. Needs no new labels.

    Examples that are more common there count more. Weights that rest on a few examples make
    the verdict INVALID: below 30 examples' worth, the number says nothing.

    Args:
        shift: The mix, such as `LabelShift({"cat": 0.7, "dog": 0.3})`, `Tilt("age", by=1)`,
            `CovariateShift(towards=new_x)` or `Weights(function)`.
        under: The perturbation.
        criterion: What counts as right.

    Raises:
        InvalidArgument: `shift` is none.

    Examples:
        >>> from pytest_robust.shifts import LabelShift
        >>> AccuracyUnderShift(LabelShift({"cat": 0.7, "dog": 0.3})).title
        'accuracy under shift, cat 0.7, dog 0.3'

    References:
        Sugiyama, Krauledat and Müller, "Covariate Shift Adaptation by Importance Weighted Cross
        Validation", Journal of Machine Learning Research 8, 2007.
    """

    shift: Shift
    under: Perturbation = field(default_factory=Clean, kw_only=True)
    criterion: Criterion = field(default_factory=Correct, kw_only=True)
    _weights: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Validate."""
        if not isinstance(self.shift, Shift):
            raise InvalidArgument(
                f"shift={self.shift!r} is no mix of examples: give a value of pytest_robust.shifts, such as "
                'LabelShift({"cat": 0.7, "dog": 0.3})'
            )

    @property
    def title(self) -> str:
        """What it is, with the mix."""
        return f"accuracy under shift, {self.shift.title}"

    @property
    def flattery(self) -> Flattery:
        """A weak attack leaves more right."""
        return Flattery.UP

    def about(self, data: Dataset, order: Integers) -> Self:
        """Return the metric with the weights of these examples."""
        weights = np.full(len(data), np.nan)
        # In the data's order: what is measured first is no matter of the mix.
        rows = np.sort(order)
        weights[rows] = self.shift.weights(data, rows)
        made = replace(self)
        object.__setattr__(made, "_weights", weights)
        return made

    def requests(self) -> tuple[Request, ...]:
        """Return the one evaluation it needs."""
        return (Request(under=self.under, criterion=self.criterion),)

    def estimate(self, outcomes: tuple[Outcomes, ...], *, confidence: float, seed: int) -> Estimate:  # noqa: ARG002 - the interface's
        """Return the weighted share with its interval."""
        (one,) = outcomes
        assert self._weights is not None, "about() comes first"
        weights = self._weights[one.index]
        worth = effective_size(weights)
        if worth < _LEAST:
            raise InvalidModel(
                f"{self.shift.title}: reweighted, {len(weights):,} examples are worth {worth:.3g}, fewer than "
                f"{_LEAST}, because few of them are common there; test on more examples like those, or a smaller shift"
            )
        scores = np.where(one.clean > 0, one.perturbed, 0.0)
        return weighted_mean(scores, weights, total=one.total, confidence=confidence)
