"""What is measured on outcomes."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Self

from pytest_robust.core.arrays import Floats, Integers, Labels, Outputs
from pytest_robust.core.criteria import ByFunction, Correct, Criterion
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Clean, Perturbation

__all__ = [
    "AnswerScore",
    "ExampleMetric",
    "Flattery",
    "Metric",
    "Request",
    "ResampledMetric",
    "SampleMetric",
    "Settled",
    "StepwiseMetric",
    "registered_name",
]


class Flattery(Enum):
    """Where an attack that is too weak moves a metric."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Request:
    """Outcomes that a metric needs.

    Args:
        under: The perturbation.
        criterion: What counts as right: a Criterion, or a function of (target, output).
        data: Other examples than the subject's own, in any form it takes data in.
        model: Another model than the subject's own, of any framework, on the same examples.
        beside: Another model, of any framework, whose answers to the same inputs, changed ones too, stand
            where labels would.
        only_right: Only the examples answered right before the change.
        outputs: Keep the answers themselves, and change the examples answered wrong too.
        wrong: Keep a few unchanged examples answered wrong, to quote them.
    """

    under: Perturbation = field(default_factory=Clean)
    criterion: Criterion = field(default_factory=Correct)
    data: Any = None
    model: Any = None
    beside: Any = None
    only_right: bool = False
    outputs: bool = False
    wrong: bool = False

    def __post_init__(self) -> None:
        """Validate; a plain function becomes a criterion."""
        if not isinstance(self.under, Perturbation):
            raise InvalidArgument(
                f"under={self.under!r} is not a perturbation: give a value such as PGD(eps=8/255) or Rotate(degrees=15)"
            )
        if not isinstance(self.criterion, Criterion):
            if isinstance(self.criterion, type) or not callable(self.criterion):
                raise InvalidArgument(
                    f"criterion={self.criterion!r} is not a criterion: give a value such as TopK(5), "
                    "or a function of (target, output) that returns a score from 0 to 1"
                )
            object.__setattr__(self, "criterion", ByFunction(self.criterion))


class Metric(ABC):
    """A number about a subject, made of the outcomes it asks for.

    Its file's name is the name of the measurement and of the marker's bars:
    `metrics/accuracy.py` gives `robust.accuracy(...)` and `min_accuracy=`.
    """

    @property
    def flattery(self) -> Flattery:
        """Where an attack that is too weak moves it."""
        return Flattery.NONE

    @property
    def title(self) -> str:
        """What it is, in words, with what stands after `under=`."""
        return registered_name(type(self)).replace("_", " ")

    @property
    def quantity(self) -> str:
        """What is measured, the same for all that can be drawn on one axis."""
        return registered_name(type(self))

    def about(self, data: Dataset, order: Integers) -> Self:  # noqa: ARG002 - for those that read the data
        """Return the metric as it measures some examples; most need to know nothing of them.

        Called before a model is asked, so that what does not fit the data costs nothing.

        Args:
            data: The examples of the subject.
            order: Positions of those that are measured on.

        Raises:
            InvalidArgument: It names something that the data do not have.
            InvalidData: The examples cannot be measured this way.
        """
        return self

    @abstractmethod
    def requests(self) -> tuple[Request, ...]:
        """Return the outcomes it needs."""

    def asked(self) -> tuple[Request, ...]:
        """Return the outcomes it needs, as far as they are known without doing anything for it.

        What is told of a check afterwards reads these: it must neither train a model nor fail.
        """
        return self.requests()


class ExampleMetric(Metric):
    """The mean of one score an example, which can be decided before all are seen."""

    @abstractmethod
    def scores(self, outcomes: Outcomes) -> Floats:
        """Return (n,) scores from 0 to 1, one for each example evaluated so far."""


class SampleMetric(Metric):
    """A number about all examples together."""

    @abstractmethod
    def estimate(self, outcomes: tuple[Outcomes, ...], *, confidence: float, seed: int) -> Estimate:
        """Return the value with its interval.

        Args:
            outcomes: One for each request, complete.
            confidence: Coverage, strictly between 0 and 1.
            seed: For intervals that resample.
        """


class ResampledMetric(SampleMetric):
    """A number about the answers to one request that can be made of any of the examples: of the same ones, for two."""

    @abstractmethod
    def number(self, outcomes: Outcomes) -> Callable[[Integers], float]:
        """Return what gives the number of some examples, NaN where it is not defined on them.

        Args:
            outcomes: Complete; rows count its examples.

        Raises:
            InvalidArgument: It is not defined on all of them.
        """

    @abstractmethod
    def read(self, outputs: Outputs) -> Outputs:
        """Return (n, ...) what of each answer it depends on: of scores, perhaps the class alone."""


class AnswerScore(ABC):
    """A number about all answers together, for `score`: one that scikit-learn does not have."""

    @property
    @abstractmethod
    def criterion(self) -> Criterion:
        """What reads the labels and the model's answers."""

    @property
    def flattery(self) -> Flattery:
        """Where an attack that is too weak moves it: up, where more is better."""
        return Flattery.UP

    @abstractmethod
    def measure(self, target: Labels, outputs: Outputs) -> Callable[[Integers], float]:
        """Return what gives the number of some examples, NaN where it is not defined on them.

        Args:
            target: (n, ...) what should be answered, moved where a change moved it.
            outputs: (n, ...) the answers.
        """


@dataclass(frozen=True, kw_only=True)
class Settled:
    """The answer to one question of a stepwise metric.

    Args:
        held: Whether the accuracy reached the bar.
        n: Examples it took to settle.
        total: Examples there are.
    """

    held: bool
    n: int
    total: int


class StepwiseMetric(Metric):
    """A number found by asking one question after the other, each settled as early as it can be."""

    def requests(self) -> tuple[Request, ...]:
        """Return nothing: what it needs depends on the answers."""
        return ()

    @abstractmethod
    def search(self, settle: Callable[[Request, float], Settled], *, error: float) -> Estimate:
        """Return the value, between the strongest question that held and the mildest that did not.

        Args:
            settle: Tells whether the robust accuracy of a request is at least a bar.
            error: The chance, at most, that an answer differs from the one on all examples.
        """


def registered_name(metric: type[Metric]) -> str:
    """Return the name of the file a metric's class is named after."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", metric.__name__).lower()
