"""What examples cost, told from a few of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from scipy.optimize import linprog

from pytest_robust.core.outcomes import Cost
from pytest_robust.core.progress import Progress, Watcher

__all__ = ["Batch", "Pace", "Tally"]


# Seconds: below what clocks tell apart.
_TICK = 1e-9


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one batch took.

    Args:
        calls: How often the model was asked.
        inputs: Inputs that it was asked about, all calls together.
        seconds: Wall time.
    """

    calls: int
    inputs: int
    seconds: float


class Tally(Watcher):
    """Counts what a model is asked, batch by batch.

    Args:
        clock: Returns seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """Forget all so far."""
        self._queries = self._gradients = self._calls = 0
        self._marks = [self._mark()]

    def check(self, title: str) -> AbstractContextManager[None]:  # noqa: ARG002 - the watcher's
        return nullcontext()

    def decided(self, progress: Progress) -> None:  # noqa: ARG002 - the watcher's
        self._marks.append(self._mark())

    def asked(self, *, queries: int = 0, gradients: int = 0) -> None:
        self._queries += queries
        self._gradients += gradients
        self._calls += 1

    def pace(self, drawn: int) -> Pace:
        """Return what it came to.

        Args:
            drawn: Examples that it is about, at least 1.
        """
        marks = [*self._marks, self._mark()]
        took = [
            Batch(calls=after.calls - one.calls, inputs=after.inputs - one.inputs, seconds=after.seconds - one.seconds)
            for one, after in pairwise(marks)
        ]
        return Pace.of(took, queries=self._queries / drawn, gradients=self._gradients / drawn)

    def _mark(self) -> Batch:
        return Batch(calls=self._calls, inputs=self._queries + self._gradients, seconds=self._clock())


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What one example costs, and what a batch does however many it has.

    Args:
        queries: Inputs answered for, an example.
        gradients: Inputs differentiated at, an example.
        first: Seconds that the first batches took beyond what others take, such as for compiling.
        batch: Seconds a batch, for calls that take their time however many inputs they have.
        example: Seconds an example beyond these.
    """

    queries: float
    gradients: float
    first: float
    batch: float
    example: float

    @classmethod
    def of(cls, batches: Sequence[Batch], *, queries: float, gradients: float) -> Pace:
        """Return what tells the times of batches best: so much a call, and so much an input.

        Neither less than nothing, and nearest in the sum of relative distances: a batch during which
        the machine did something else moves it little, and least squares much. What lies before the first
        batch, and the first itself, are left out of these, since models are compiled in them. A full
        batch is taken to have as many calls as the one with the most, whose hardest example an attack
        went on for.

        Args:
            batches: In order; the first of them is what was asked before the first batch.
            queries: As above.
            gradients: As above.

        Examples:
            >>> sizes = [(0, 0, 0.5), (1, 1, 9.0), (1, 1, 3.0), (1, 2, 4.0), (1, 4, 6.0)]
            >>> batches = [Batch(calls=calls, inputs=inputs, seconds=time) for calls, inputs, time in sizes]
            >>> pace = Pace.of(batches, queries=1, gradients=0)
            >>> round(pace.first, 6), round(pace.batch, 6), round(pace.example, 6)
            (6.5, 2.0, 1.0)
        """
        later = list(batches[2:]) or list(batches)
        call, each = _line(later)
        early = batches[:2] if len(batches) > 2 else ()  # noqa: PLR2004 - before, and the first
        return cls(
            queries=queries,
            gradients=gradients,
            first=float(sum(max(one.seconds - call * one.calls - each * one.inputs, 0.0) for one in early)),
            batch=float(call * max(one.calls for one in batches)),
            example=float(each * (queries + gradients)),
        )

    def cost(self, examples: float, *, most: int) -> Cost:
        """Return what so many examples take.

        Args:
            examples: How many.
            most: Examples in a batch, at most.
        """
        return Cost(
            queries=round(self.queries * examples),
            gradients=round(self.gradients * examples),
            seconds=self.first + self.batch * ceil(examples / most) + self.example * examples,
        )


def _line(batches: Sequence[Batch]) -> tuple[float, float]:
    """Return the seconds a call and the seconds an input."""
    sizes = np.array([(one.calls, one.inputs) for one in batches], dtype=float)
    # In shares of each batch's own time; a clock may not have moved at all.
    sizes /= np.array([max(one.seconds, _TICK) for one in batches])[:, None]
    apart, ones = np.eye(len(batches)), np.ones(len(batches))
    # Least sum of distances as a linear programme: each distance is above both signs of its difference.
    found = linprog(
        np.concatenate([np.zeros(2), ones]),
        A_ub=np.block([[sizes, -apart], [-sizes, -apart]]),
        b_ub=np.concatenate([ones, -ones]),
    )
    call, each = np.asarray(found.x)[:2]
    return float(call), float(each)
