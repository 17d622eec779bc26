"""What is to be judged."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pytest_robust.core.metric import Metric
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.policy import Policy
from pytest_robust.evaluation.evaluation import Evaluation
from pytest_robust.evaluation.laboratory import Laboratory

__all__ = ["Case"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is to be judged, and by which policy."""

    metric: Metric
    laboratory: Laboratory
    policy: Policy

    @property
    def whole(self) -> Case:
        """Return the case of all examples, where this one is of a shard of them."""
        if self.policy.shard is None:
            return self
        return Case(metric=self.metric, laboratory=self.laboratory.whole, policy=replace(self.policy, shard=None))

    @property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """Return the evaluations the metric asks for, as far as they have got."""
        return tuple(self.laboratory.evaluation(request) for request in self.metric.requests())

    def outcomes_at(self, looked: int) -> tuple[Outcomes, ...]:
        """Return what a verdict on `looked` examples rests on, whatever was evaluated since."""
        # Those begun: to begin one may ask the model, and a verdict rests on none that was not.
        found = self.laboratory.begun(self.metric.asked())
        if len(found) == 1:
            return (found[0].outcomes_at(min(looked, found[0].done)),)
        return tuple(evaluation.outcomes for evaluation in found)
