"""What attacks that see only the answer do alike: ask, count, start, and close in on the boundary."""

from __future__ import annotations

from math import inf

import numpy as np

from pytest_robust.core.arrays import Floats, Integers, Mask
from pytest_robust.core.criteria import answers
from pytest_robust.core.goals import Goal
from pytest_robust.core.model import Model
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

__all__ = ["Decisions", "column"]

# Inputs asked about at once, at most: the queries of a step are as many as a batch of examples.
_AT_ONCE = 1024
# How far towards random noise a start is looked for, the whole way first: less is a nearer start.
_BLENDS = (1.0, 0.75, 0.5)
# Draws until an example is given up: one that noise breaks once in twenty times is found.
_TRIES = 100
# Where there are no bounds, the noise is this many times the input's own size, and doubles.
_FIRST_SPREAD = 1.0
_DOUBLINGS = 10


def column(values: Floats | Mask, like: Floats) -> Floats:
    """Return one value a row as it goes with an array of more dimensions."""
    return np.asarray(values, dtype=np.float32).reshape(-1, *[1] * (like.ndim - 1))


class Decisions:
    """The answers of a model to points near some examples, each example with its budget of queries.

    Remembers the nearest breaking point of each. The one mutable thing in such an attack.

    Args:
        model: Answers with scores or labels.
        x: (n, ...) inputs.
        y: (n,) right answers.
        threat: The norm, the budget and the bounds.
        goal: What breaks an example.
        queries: Inputs asked about for an example, at most.
    """

    def __init__(  # noqa: PLR0917 - what `perturb` is given
        self, model: Model, x: Floats, y: Integers, threat: ThreatModel, goal: Goal, queries: int
    ) -> None:
        self.x, self.threat = x, threat
        self.left = np.where(goal.possible(y), queries, 0)
        self.best, self.distance = np.array(x), np.full(len(x), inf)
        self._model, self._y, self._goal = model, y, goal

    def active(self, *, reserve: int = 1) -> Integers:
        """Return the positions of the rows that have a start, need a nearer point, and queries left for it."""
        limit = 0.0 if self.threat.eps == inf else self.threat.eps
        far: Mask = (self.distance > limit) & np.isfinite(self.distance) & (self.left >= reserve)
        return np.flatnonzero(far)

    def ask(self, rows: Integers, point: Floats) -> Mask:
        """Return which points break their examples; each costs its example a query.

        Args:
            rows: (m,) positions of the examples, the same one several times for several points.
            point: (m, ...) the points, within the bounds.
        """
        broken = np.zeros(len(rows), dtype=bool)
        for start in range(0, len(rows), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            said = answers(self._model.rows(rows[part]).predict(point[part]))
            broken[part] = self._goal.reached(said, self._y[rows[part]])
        np.subtract.at(self.left, rows, 1)
        hit = np.flatnonzero(broken)
        far = self.threat.distance(point[hit], self.x[rows[hit]])
        # The nearest last, so that it is the one that stays.
        for one in np.argsort(-far, kind="stable"):
            row = rows[hit[one]]
            if far[one] < self.distance[row]:
                self.best[row], self.distance[row] = point[hit[one]], far[one]
        return broken

    def start(self, streams: Streams) -> None:
        """Look for any breaking point of each row: random noise, and blends of it with the input."""
        bounds = self.threat.bounds
        for turn in range(_TRIES):
            for blend in _BLENDS:
                rows = np.flatnonzero(np.isinf(self.distance) & (self.left > 0))
                if not len(rows):
                    return
                mine, shape = streams.rows(rows), self.x.shape[1:]
                if bounds.finite:
                    noise = mine.uniform(f"start {turn}", shape, bounds.low, bounds.high)
                else:
                    size = np.abs(self.x[rows]).reshape(len(rows), -1).max(axis=1) + 1
                    spread = column(size * _FIRST_SPREAD * 2.0 ** min(turn, _DOUBLINGS), self.x)
                    noise = bounds.clip(self.x[rows] + spread * mine.normal(f"start {turn}", shape))
                self.ask(rows, self.x[rows] + np.float32(blend) * (noise - self.x[rows]))

    def close_in(self, rows: Integers, point: Floats, *, steps: int) -> Floats:
        """Return breaking points nearer to the boundary, halfway between broken and not, again and again.

        Args:
            rows: (m,) positions.
            point: (m, ...) points that break them.
            steps: How often the distance is halved; each costs a query.
        """
        norm, x = self.threat.norm, self.x[rows]
        low, high = np.zeros(len(rows)), np.ones(len(rows))
        far = norm.size(point - x)
        near = point
        for _ in range(steps):
            asked = np.flatnonzero(self.left[rows] > 0)
            if not len(asked):
                break
            middle = (low + high) / 2
            # LInf: the nearest point of a smaller ball. L2: the straight line.
            between = norm.project(
                point[asked], x[asked], (middle * far)[asked], self.threat.bounds.low, self.threat.bounds.high
            )
            broken = self.ask(rows[asked], between)
            high[asked[broken]], low[asked[~broken]] = middle[asked[broken]], middle[asked[~broken]]
            near = np.array(near)
            near[asked[broken]] = between[broken]
        return near

    def result(self) -> Floats:
        """Return (n, ...) the nearest breaking points, brought into the budget; the inputs where there is none."""
        if self.threat.eps == inf:
            return self.best
        return self.threat.project(self.best, self.x)
