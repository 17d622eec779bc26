"""Test, then learn: each event is asked about before anything is learned from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import ceil
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from reference_models.splits import Examples
from reference_models.streams.learners import Learner

__all__ = [
    "INCREMENTAL",
    "MINI_BATCH",
    "ONLINE",
    "Alike",
    "ClassWeights",
    "Log",
    "Pace",
    "Reaction",
    "Run",
    "Watch",
    "Weighing",
    "prequential",
]


@dataclass(frozen=True, kw_only=True)
class Pace:
    """When events are learned from.

    Args:
        every: How many events are gathered, and asked about, before they are learned from.
        passes: How often each of them is learned from then.
        step: How many a step of learning takes, 0 for all that were gathered.

    Raises:
        ValueError: A number is too small.
    """

    every: int
    passes: int = 1
    step: int = 0

    def __post_init__(self) -> None:
        """Validate."""
        if self.every < 1 or self.passes < 1 or self.step < 0:
            raise ValueError(f"{self}: every and passes must be at least 1, step at least 0")

    def learn(
        self, learner: Learner, x: NDArray[Any], y: NDArray[np.int64], weight: NDArray[np.float64], *, seed: int
    ) -> None:
        """Learn from events that were gathered; from the second pass on in an order of its own."""
        step = self.step or len(x)
        order = np.arange(len(x))
        shuffling = np.random.default_rng(seed)
        for _ in range(self.passes):
            for first in range(0, len(x), step):
                rows = order[first : first + step]
                learner.learn(x[rows], y[rows], weight[rows])
            shuffling.shuffle(order)


ONLINE = Pace(every=1)
MINI_BATCH = Pace(every=16)
# A fitted model is fitted further when there is enough to make it worth while.
INCREMENTAL = Pace(every=500, passes=4, step=16)


class Weighing(ABC):
    """How much each event counts."""

    @abstractmethod
    def weigh(self, y: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return (n,) weights of events with these labels, which are not weighed twice."""


@dataclass(frozen=True)
class Alike(Weighing):
    """All events count the same."""

    def weigh(self, y: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.ones(len(y))


class ClassWeights(Weighing):
    """Each class counts as much as any other, by how many of it were seen so far.

    Args:
        classes: How many there are.
        most: The largest weight: the first event of a rare class must not undo all else.
    """

    def __init__(self, classes: int, *, most: float) -> None:
        # As if one of each had been seen, so that the first event of a class has a weight.
        self._seen, self._most = np.ones(classes), most

    def weigh(self, y: NDArray[np.int64]) -> NDArray[np.float64]:
        self._seen += np.bincount(y, minlength=len(self._seen))
        return np.minimum(self._seen.sum() / (len(self._seen) * self._seen[y]), self._most)


class Detector(Protocol):
    """What river's drift detectors have in common."""

    drift_detected: bool

    def update(self, x: float) -> object:
        """Take the next number."""


class Reaction(ABC):
    """What is done about a drift."""

    @abstractmethod
    def react(self, run: Run) -> None:
        """Change a run after the events in which the drift was noticed were learned from."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Looks at the mistakes, and acts when they tell of a drift.

    Args:
        detector: Of river; it is told 1 for each mistake and 0 for each right answer.
        reaction: What follows.
    """

    detector: Detector
    reaction: Reaction


class Run:
    """A learner on its way along a stream. It can be pickled between blocks, as its learner can.

    Args:
        learner: What learns.
        pace: When it does.
        weighing: How much each event counts.
        watch: What is done about drift, if anything.
        remember: How many of the last events are kept for a reaction.
    """

    def __init__(
        self,
        learner: Learner,
        pace: Pace,
        *,
        weighing: Weighing | None = None,
        watch: Watch | None = None,
        remember: int = 0,
    ) -> None:
        self.learner, self.pace, self.watch = learner, pace, watch
        self.weighing = weighing or Alike()
        self.events, self.drifts = 0, list[int]()
        self._remember, self._last = remember, list[tuple[NDArray[Any], NDArray[np.int64]]]()

    def take(self, x: NDArray[Any], y: NDArray[np.int64]) -> NDArray[np.int64]:
        """Answer a block of at most `pace.every` events, learn from it, and return the answers."""
        answers = self.learner.answer(x)
        noticed = self._look(answers != y)
        self.pace.learn(self.learner, x, y, self.weighing.weigh(y), seed=self.events)
        self.events += len(x)
        if self._remember:
            self._last = [*self._last, (x, y)][-ceil(self._remember / self.pace.every) :]
        if self.watch is not None and noticed:
            self.watch.reaction.react(self)
        return answers

    @property
    def last(self) -> Examples:
        """The events that are remembered, the latest last."""
        return Examples(x=np.concatenate([x for x, _ in self._last]), y=np.concatenate([y for _, y in self._last]))

    def _look(self, wrong: NDArray[np.bool_]) -> bool:
        noticed = False
        if self.watch is not None:
            for place, mistake in enumerate(wrong.tolist()):
                self.watch.detector.update(float(mistake))
                if self.watch.detector.drift_detected:
                    self.drifts.append(self.events + place)
                    noticed = True
        return noticed


@dataclass(frozen=True, kw_only=True)
class Log:
    """What came of a run.

    Args:
        answers: (n,) given before the event was learned from.
        right: (n,) whether each was the label.
        drifts: At which events a drift was noticed.
    """

    answers: NDArray[np.int64]
    right: NDArray[np.bool_]
    drifts: tuple[int, ...]

    def accuracy(self, begin: int, end: int) -> float:
        """Return the share of right answers to the events from one place to another."""
        return float(self.right[begin:end].mean())


def prequential(run: Run, stream: Examples) -> Log:
    """Take a stream to its end, and return what was answered.

    Each example first tests and then teaches, so that all of them do both, and no answer is about
    an event that was learned from.

    References:
        Dawid, "Present position and potential developments: some personal views. Statistical theory:
        the prequential approach", Journal of the Royal Statistical Society A 147(2), 1984.
        Gama, Sebastião and Rodrigues, "On evaluating stream learning algorithms", Machine Learning 90(3), 2013.
    """
    every = run.pace.every
    blocks = [stream[first : first + every] for first in range(0, len(stream), every)]
    answers = np.concatenate([run.take(block.x, block.y) for block in blocks])
    return Log(answers=answers, right=answers == stream.y, drifts=tuple(run.drifts))
