"""The examples an attack has not broken yet."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np

from pytest_robust.core.arrays import Floats, Integers, Mask, Outputs, blocks
from pytest_robust.core.criteria import answers
from pytest_robust.core.goals import Goal
from pytest_robust.core.model import Model
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

__all__ = ["Survivors"]

C = TypeVar("C", bound=Model)


class Survivors(Generic[C]):
    """Drops each example from an attack as soon as the model errs on it.

    The one mutable thing in an attack: it holds the rows still standing, aligned, and
    remembers the best point found for every row it was given. Attacks are 1.3 to 3.6 times
    faster for it, and report the point that broke the example rather than a later one.

    Args:
        model: Answers for the rows.
        x: (n, ...) inputs.
        y: (n,) class indices of the right answers.
        streams: The rows' random numbers.
        goal: What breaks an example.
    """

    def __init__(self, model: C, x: Floats, y: Integers, streams: Streams, goal: Goal) -> None:
        self.model, self.y, self.streams, self.goal = model, y, streams, goal
        self._x = x
        self._found: list[tuple[Integers, Floats]] = []
        self._standing = np.arange(len(x))
        self._last: tuple[Integers, Floats] | None = None
        self._drop(~goal.possible(y))

    def __len__(self) -> int:
        """Return how many stand."""
        return len(self._standing)

    @property
    def standing(self) -> Integers:
        """(n,) the positions, among the rows given, of those standing."""
        return self._standing

    @property
    def x(self) -> Floats:
        """(n, ...) the inputs standing."""
        return self._x if len(self) == len(self._x) else self._x[self._standing]

    @property
    def labels(self) -> Integers:
        """(n,) the classes that the loss of the rows standing is about."""
        return self.goal.labels(self.y)

    def strike(self, point: Floats, outputs: Outputs) -> Mask:
        """Record points and the model's answers to them; drop the rows that broke.

        Args:
            point: (standing, ...) the points tried; do not write to them, `climb` may.
            outputs: (standing, classes) scores or (standing,) labels, the answers.

        Returns:
            (standing before,) which rows still stand, to keep other arrays aligned.
        """
        broken = self.goal.reached(answers(outputs), self.y)
        if 2 * np.count_nonzero(broken) > len(broken):
            # The smaller part is the one to copy: those that stand move on to new points.
            self._found.append((self._standing, point))
        elif broken.any():
            self._found.append((self._standing[broken], point[broken]))
        self._drop(broken)
        return ~broken

    def climb(
        self,
        point: Floats,
        gradient: Floats,
        kept: Mask,
        size: float,
        threat: ThreatModel,
        *,
        from_input: bool = False,
    ) -> Floats:
        """Return the points of the rows standing after a step uphill, back in the threat model.

        Args:
            point: (standing before, ...) where the gradient was taken; written over.
            gradient: (standing before, ...) the loss's derivative.
            kept: (standing before,) which of these rows still stand, from `strike`.
            size: The length of the step in the threat model's norm.
            threat: Where the points must stay.
            from_input: Step from the inputs rather than from where the gradient was taken.
        """
        rows = np.flatnonzero(kept)
        # In place, front to back: a row only ever moves forward, so none is lost.
        taken = bool(self._found) and self._found[-1][1] is point
        moved = np.empty_like(point[: len(rows)]) if taken else point[: len(rows)]
        for part in blocks(len(rows), gradient.shape[1:]):
            x = self._x[self._standing[part]]
            start = x if from_input else point[rows[part]]
            step = threat.ascend(start, self.goal.uphill(gradient[rows[part]]), size)
            threat.project(step, x, out=moved[part])
        return moved

    def settle(self, point: Floats) -> None:
        """Record the last points of the rows still standing, whatever the model says to them.

        Args:
            point: (standing, ...) kept as it is, not copied: do not write to it again.
        """
        self._found = [entry for entry in self._found if entry is not self._last]
        self._last = (self._standing, point)
        self._found.append(self._last)

    def result(self) -> Any:  # noqa: ANN401 - float32 inputs
        """Return (n, ...) the point that broke each row, or its last."""
        best = np.array(self._x)
        # In the order of time: later points are those of rows that still stood.
        for rows, point in self._found:
            best[rows] = point
        return best

    def _drop(self, gone: Mask) -> None:
        if not gone.any():
            return  # without a copy of all rows
        keep = ~gone
        self._standing = self._standing[keep]
        self.y, self.streams = self.y[keep], self.streams.rows(keep)
        self.model = self.model.rows(keep)
