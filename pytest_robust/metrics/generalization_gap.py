"""How much better a model is on what it was trained on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pytest_robust.core.criteria import Correct, Criterion
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import Request, SampleMetric
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Clean, Perturbation
from pytest_robust.statistics.bootstrap import bootstrap
from pytest_robust.statistics.mean_interval import is_binary
from pytest_robust.statistics.newcombe import newcombe

__all__ = ["GeneralizationGap"]


@dataclass(frozen=True, kw_only=True)
class GeneralizationGap(SampleMetric):
    """Accuracy on the training examples less accuracy on the subject's own.

    Args:
        train: The examples the model was trained on, in any form data come in.
        under: The perturbation, for the gap of robust accuracy.
        criterion: What counts as right.

    References:
        Newcombe, "Interval estimation for the difference between independent proportions",
        Statistics in Medicine 17, 1998, for its interval.
    """

    train: Any = field(repr=False, compare=False)
    under: Perturbation = field(default_factory=Clean)
    criterion: Criterion = field(default_factory=Correct)

    def requests(self) -> tuple[Request, ...]:
        """Return the evaluations on training examples and on the subject's own."""
        return (
            Request(under=self.under, criterion=self.criterion, data=self.train),
            Request(under=self.under, criterion=self.criterion),
        )

    def estimate(self, outcomes: tuple[Outcomes, ...], *, confidence: float, seed: int) -> Estimate:
        """Return the difference with its interval."""
        train, test = (np.where(one.clean > 0, one.perturbed, 0.0) for one in outcomes)
        value = float(train.mean() - test.mean())
        if is_binary(train) and is_binary(test):
            pairs = [(int(scores.sum()), len(scores)) for scores in (train, test)]
            interval, method = newcombe(pairs[0], pairs[1], confidence=confidence), "Newcombe"
        else:
            both, method = np.concatenate([train, test]), "percentile bootstrap"
            is_train = np.arange(len(both)) < len(train)

            def difference(rows: np.ndarray[Any, np.dtype[np.int64]]) -> float:
                mine = is_train[rows]
                return (
                    float(both[rows][mine].mean() - both[rows][~mine].mean()) if 0 < mine.sum() < len(mine) else np.nan
                )

            interval = bootstrap(difference, len(both), confidence=confidence, seed=seed, resamples=1000)
        return Estimate(
            value=value,
            low=interval.low,
            high=interval.high,
            n=len(test),
            total=outcomes[1].total,
            confidence=confidence,
            method=method,
        )
