"""What a task is, and the one way to train it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from reference_models.accuracy import accuracy
from reference_models.splits import Examples, Splits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "Epoch",
    "Examples",
    "Expected",
    "Family",
    "Fit",
    "Model",
    "Splits",
    "Subject",
    "Task",
    "Trained",
    "fitted",
    "the_model_on_its_test_set",
    "train",
]

# Keras ships no types.
Model: TypeAlias = Any
# Models that are compared with each other, by name: treatments of one fault, or the members of an ensemble.
Family: TypeAlias = Mapping[str, Model]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The value of a metric after training, give or take a tolerance.

    Two-sided, because a score far above the expected one is a fault too: a leak, mostly.

    Args:
        metric: A key of what the task measures.
        value: Measured, over several seeds.
        tolerance: How far a training with another seed or on another machine may be away.
        source: The data that it holds for, `Splits.source`.
    """

    metric: str
    value: float
    tolerance: float
    source: str

    def holds(self, measured: float) -> bool:
        """Return whether a measured value is within tolerance."""
        return abs(measured - self.value) <= self.tolerance

    def __str__(self) -> str:
        """Return it as a person writes it."""
        return f"{self.metric} {self.value:g} ± {self.tolerance:g}"


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """How far a training has come.

    Args:
        number: Epochs finished, from 1.
        of: Epochs there will be.
        figures: Loss and metrics of this epoch.
    """

    number: int
    of: int
    figures: Mapping[str, float]


class Fit(Protocol):
    """How a fresh model is fitted; `Supervised` is the common one."""

    def __call__(
        self, model: Model | Family, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]
    ) -> Model | Family:
        """Return the fitted model, or the fitted members, with nothing of an optimizer left in them.

        Args:
            model: What `build` returned.
            train: All it may learn from.
            quick: Do the least that still runs every line; the result need not be good.
            on_epoch: To be told after each epoch.
        """


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What the plugin tests: `robust(subject.model, subject.x, subject.y)`.

    Args:
        model: A fitted model.
        x: (n, ...) inputs it has not learned from.
        y: (n, ...) their targets.
    """

    model: Model
    x: Any
    y: Any


def the_model_on_its_test_set(result: Trained) -> Subject:
    """Return the fitted model and the test set."""
    return Subject(model=result.model, x=result.splits.test.x, y=result.splits.test.y)


@dataclass(frozen=True, kw_only=True)
class Task:
    """A reference model: its data, its architecture, its training, its measure.

    Args:
        number: 1 to 20.
        name: The name of its file under `tasks/`.
        purpose: What it shows, in a line.
        data: What it learns from, in a line.
        load: Returns the data.
        build: Returns a fresh model, its weights drawn from the global seed; or a family of them, by name.
        fit: Fits it.
        expected: What a full training measures.
        cpu_seconds: What a full training costs on one core, roughly.
        asserted: What its test asserts with the plugin, in a line.
        figure: Draws what there is to see of the trained model.
        measure: Returns each metric of the fitted model by name.
        subject: Picks what the plugin tests.
        missing: Returns what has to be installed before the task can be used, and how; nothing where all is.
    """

    number: int
    name: str
    purpose: str
    data: str
    load: Callable[[], Splits]
    build: Callable[[], Model | Family]
    fit: Fit
    expected: tuple[Expected, ...]
    cpu_seconds: int
    asserted: str
    figure: Callable[[Trained], Figure]
    measure: Callable[[Model, Splits], Mapping[str, float]] = accuracy
    subject: Callable[[Trained], Subject] = the_model_on_its_test_set
    missing: Callable[[], str] = str

    def expected_on(self, source: str) -> tuple[Expected, ...]:
        """Return what is expected on the data at hand."""
        return tuple(expected for expected in self.expected if expected.source == source)


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A fitted model, and what made it.

    Args:
        task: The task.
        seed: The seed it was trained with.
        model: The model, or the family, not compiled.
        splits: Its data.
        metrics: Measured on its data after training.
        cpu_seconds: Processor time of the fit.
    """

    task: Task
    seed: int
    model: Model  # Any: who draws or measures a family knows that it is one.
    splits: Splits
    metrics: Mapping[str, float]
    cpu_seconds: float

    @property
    def subject(self) -> Subject:
        """What the plugin tests."""
        return self.task.subject(self)


def train(task: Task, *, seed: int, quick: bool = False, on_epoch: Callable[[Epoch], None] = lambda _: None) -> Trained:
    """Train a task in this process.

    Seeds Python, NumPy and Keras, whose generators belong to the whole process. The switches that
    make every operation repeat to the bit cannot be taken back and would change the models of
    whoever calls, so they are left to `pin`; `python -m reference_models train` and `trained`
    use it in a process of their own.

    Args:
        task: The task.
        seed: Everything random follows from it.
        quick: A training too short to be good.
        on_epoch: To be told after each epoch.
    """
    splits = task.load()
    started = time.process_time()
    model = fitted(task, splits.train, seed=seed, quick=quick, on_epoch=on_epoch)
    spent = time.process_time() - started
    metrics = task.measure(model, splits)
    return Trained(task=task, seed=seed, model=model, splits=splits, metrics=metrics, cpu_seconds=spent)


def fitted(
    task: Task, examples: Examples, *, seed: int, quick: bool, on_epoch: Callable[[Epoch], None]
) -> Model | Family:
    """Return a task's model, built and fitted with a seed."""
    import keras

    keras.utils.set_random_seed(seed)
    return task.fit(task.build(), examples, quick=quick, on_epoch=on_epoch)
