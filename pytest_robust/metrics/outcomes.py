"""Scores that a project measured itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pytest_robust.core import outcomes as core
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import Request, SampleMetric
from pytest_robust.statistics.mean_interval import mean_interval

__all__ = ["Outcomes"]


@dataclass(frozen=True)
class Outcomes(SampleMetric):
    """The mean of one score an example, however it was measured.

    Args:
        name: What it is, for the report.
        scores: (n,) numbers from 0 (wrong) to 1 (right), or booleans.

    Raises:
        InvalidArgument: A score is outside 0..1, or there are none.

    Examples:
        >>> measured = Outcomes("answers in time", [True, True, False, True])
        >>> measured.estimate((), confidence=0.95, seed=0).value
        0.75
    """

    name: str
    scores: Any = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        """Validate."""
        scores = np.asarray(self.scores, dtype=np.float64)
        if scores.ndim != 1 or not len(scores):
            raise InvalidArgument(
                f"outcomes {self.name!r}: scores have shape {scores.shape}; give one for each example"
            )
        wrong = np.flatnonzero(~((scores >= 0) & (scores <= 1)))
        if len(wrong):
            raise InvalidArgument(
                f"outcomes {self.name!r}: scores[{wrong[0]}]={scores[wrong[0]]!r} is not from 0 (wrong) to 1 (right)"
            )
        object.__setattr__(self, "scores", scores)

    @property
    def title(self) -> str:
        """The name it was given."""
        return self.name

    def requests(self) -> tuple[Request, ...]:
        """Return nothing: the scores are there."""
        return ()

    def estimate(self, outcomes: tuple[core.Outcomes, ...], *, confidence: float, seed: int) -> Estimate:  # noqa: ARG002 - the interface's
        """Return the mean with its interval."""
        return mean_interval(self.scores, len(self.scores), confidence=confidence, seed=seed)
