"""The nearest change found so far that breaks each example."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any, Generic, TypeVar

import numpy as np

from pytest_robust.core.arrays import Floats, Integers, Mask, Outputs
from pytest_robust.core.criteria import answers
from pytest_robust.core.goals import Goal
from pytest_robust.core.model import Model
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

__all__ = ["Nearest", "Offered"]

C = TypeVar("C", bound=Model)

# By what share a change must become smaller to count as nearer.
_NEARER = 1e-3


@dataclass(frozen=True, kw_only=True)
class Offered:
    """What became of some points.

    Args:
        broken: (sought before,) which points break their examples.
        kept: (sought before,) which examples are still sought for, to keep other arrays aligned.
    """

    broken: Mask
    kept: Mask


class Nearest(Generic[C]):
    """Keeps the smallest change that broke each example, and drops those that need no smaller one.

    The one mutable thing in a minimum-norm attack, as `Survivors` is in one of a fixed budget.
    Within a budget a smaller change is worth nothing, so there an example is dropped as soon
    as it is broken; without one, when it is broken by no change at all, or comes no nearer.

    Args:
        model: Answers for the rows.
        x: (n, ...) inputs.
        y: (n,) class indices of the right answers.
        threat: The norm, the budget (infinity for the nearest change of any size) and the bounds.
        streams: The rows' random numbers.
        goal: What breaks an example.
        patience: Without a budget, how many offers in a row an example may go without coming
            nearer by a thousandth, once it is broken; None for any number.
    """

    def __init__(  # noqa: PLR0917 - what `perturb` is given, in its order
        self,
        model: C,
        x: Floats,
        y: Integers,
        threat: ThreatModel,
        streams: Streams,
        goal: Goal,
        *,
        patience: int | None = None,
    ) -> None:
        self.model, self.y, self.threat, self.streams, self.goal = model, y, threat, streams, goal
        self._x, self._best, self._distance = x, np.array(x), np.full(len(x), inf)
        self._patience, self._mark, self._waited = patience, np.full(len(x), inf), np.zeros(len(x), dtype=np.int64)
        self._sought = np.arange(len(x))
        self.drop(~goal.possible(y))

    def __len__(self) -> int:
        """Return how many are sought for."""
        return len(self._sought)

    @property
    def x(self) -> Floats:
        """(n, ...) the inputs sought for."""
        return self._x[self._sought]

    @property
    def labels(self) -> Integers:
        """(n,) the classes that the loss of the rows sought for is about."""
        return self.goal.labels(self.y)

    @property
    def sought(self) -> Integers:
        """(n,) their positions among the rows given."""
        return self._sought

    @property
    def best(self) -> Floats:
        """(n, ...) their nearest breaking points; the inputs where there is none yet."""
        return self._best[self._sought]

    @property
    def distance(self) -> Floats:
        """(n,) how far these are; infinity where there is none yet."""
        return self._distance[self._sought]

    def offer(self, point: Floats, outputs: Outputs, *, among: Mask | None = None) -> Offered:
        """Record points and the model's answers to them.

        Args:
            point: (sought, ...) the points tried, within the bounds.
            outputs: (sought, classes) scores or (sought,) labels, the answers.
            among: (sought,) which points count at all; all where it is left out.
        """
        broken = self.goal.reached(answers(outputs), self.y)
        broken &= True if among is None else among
        distance = self.threat.distance(point, self.x)
        better = broken & (distance < self.distance)
        rows = self._sought[better]
        self._best[rows], self._distance[rows] = point[better], distance[better]
        limit = 0.0 if self.threat.eps == inf else self.threat.eps
        kept = (self.distance > limit) & ~self._settled()
        self.drop(~kept)
        return Offered(broken=broken, kept=kept)

    def _settled(self) -> Mask:
        """Return (sought,) which have come no nearer for long enough."""
        if self._patience is None or self.threat.eps != inf:
            return np.zeros(len(self), dtype=bool)
        distance = self.distance
        nearer = distance <= self._mark[self._sought] * (1 - _NEARER)
        self._mark[self._sought[nearer]] = distance[nearer]
        self._waited[self._sought] = np.where(nearer | np.isinf(distance), 0, self._waited[self._sought] + 1)
        settled: Mask = self._waited[self._sought] >= self._patience
        return settled

    def drop(self, gone: Mask) -> None:
        """Stop seeking for some.

        Args:
            gone: (sought,) which.
        """
        if not gone.any():
            return  # without a copy of all rows
        keep = ~gone
        self._sought = self._sought[keep]
        self.y, self.streams = self.y[keep], self.streams.rows(keep)
        self.model = self.model.rows(keep)

    def result(self) -> Any:  # noqa: ANN401 - float32 inputs
        """Return (n, ...) the nearest breaking points, brought into the budget."""
        return self._best if self.threat.eps == inf else self.threat.project(self._best, self._x)
