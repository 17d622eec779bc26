"""Who learns from which stream, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.splits import Examples
from reference_models.streams.concepts import gradual, rare, recurring, sudden
from reference_models.streams.learners import KerasLearner, Learner, RiverLearner, ScikitLearner
from reference_models.streams.prequential import INCREMENTAL, MINI_BATCH, ONLINE, ClassWeights, Log, Pace, Run, Watch
from reference_models.streams.prequential import prequential as test_then_learn
from reference_models.task import Family, Model

__all__ = ["COURSES", "Course", "adam", "as_they_are", "begun", "networks", "replay", "taken"]

_RATE = 5e-3
_GATHERED = Pace(every=64, passes=2, step=16)


def as_they_are(x: NDArray[Any]) -> NDArray[Any]:
    """Return the inputs."""
    return x


def pooled(x: NDArray[Any]) -> NDArray[Any]:
    """Return (n, 14 * 14 + 1) means of four pixels, and a one for what the learner has no bias for."""
    means = x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(len(x), -1)
    return np.concatenate([means, np.ones((len(x), 1), means.dtype)], axis=1)


def adam(model: Model) -> Learner:
    """Return a Keras learner whose rate stays as it is."""
    import keras

    return KerasLearner(model, keras.optimizers.Adam(_RATE))


def slower_adam(model: Model) -> Learner:
    """Return one for several passes over the same events."""
    import keras

    return KerasLearner(model, keras.optimizers.Adam(3e-3))


def falling_adam(model: Model) -> Learner:
    """Return a Keras learner whose rate falls as 1/t, as is right where nothing changes."""
    import keras

    schedules = keras.optimizers.schedules
    return KerasLearner(model, keras.optimizers.Adam(schedules.InverseTimeDecay(_RATE, decay_steps=60, decay_rate=1.0)))


def careful_adam(model: Model) -> Learner:
    """Return a Keras learner for events that do not count alike: one of a rare class must not undo much."""
    import keras

    return KerasLearner(model, keras.optimizers.Adam(2e-3))


def sgd(model: Model) -> Learner:
    """Return a Keras learner for single events: without moments each step depends on one of them."""
    import keras

    return KerasLearner(model, keras.optimizers.SGD(0.02))


def of_scikit_learn(_: Model) -> Learner:
    """Return a linear classifier of scikit-learn; its usual rate, "optimal", falls as 1/t."""
    from sklearn.linear_model import SGDClassifier

    linear = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.02, random_state=0)
    return ScikitLearner(linear, classes=10)


def of_river(_: Model) -> Learner:
    """Return a linear classifier of river."""
    from river import linear_model, optim

    return RiverLearner(linear_model.SoftmaxRegression(optim.SGD(0.1)))


def learned_in_place(model: Model, learner: Learner) -> None:
    """Leave a model that was itself what learned."""


def from_scikit_learn(model: Model, learner: Learner) -> None:
    """Give a network of one layer the weights of scikit-learn's classifier."""
    assert isinstance(learner, ScikitLearner)
    model.layers[-1].set_weights([learner.classifier.coef_.T, learner.classifier.intercept_])


def from_river(model: Model, learner: Learner) -> None:
    """Give a network of one layer the weights of river's classifier."""
    assert isinstance(learner, RiverLearner)
    weights = learner.classifier.weights
    columns = np.array([[weights[label].get(name, 0.0) for label in range(10)] for name in range(14 * 14 + 1)])
    model.layers[-1].set_weights([columns[:-1], columns[-1]])


@dataclass(frozen=True, kw_only=True)
class Course:
    """A stream and a way to learn from it.

    Args:
        words: What it is called in a figure.
        stream: Makes the stream of the training examples.
        pace: When events are learned from.
        learner: Returns what learns, of a fresh network.
        seen: What the learner sees of the inputs.
        most: The largest weight of an event of a rare class; 1 weighs all alike.
        keep: Brings what was learned into the network.
    """

    words: str
    stream: Callable[[Examples], Examples]
    pace: Pace
    learner: Callable[[Model], Learner]
    seen: Callable[[NDArray[Any]], NDArray[Any]] = as_they_are
    most: float = 1.0
    keep: Callable[[Model, Learner], None] = learned_in_place


COURSES = {
    "online": Course(words="Keras, one by one", stream=sudden, pace=ONLINE, learner=sgd),
    "mini_batch": Course(words="Keras, sixteen at a time", stream=sudden, pace=MINI_BATCH, learner=adam),
    "incremental": Course(words="Keras, 500 four times over", stream=sudden, pace=INCREMENTAL, learner=slower_adam),
    "falling": Course(words="Keras, rate falls as 1/t", stream=sudden, pace=MINI_BATCH, learner=falling_adam),
    "scikit_learn": Course(
        words="scikit-learn, linear", stream=sudden, pace=MINI_BATCH, learner=of_scikit_learn, keep=from_scikit_learn
    ),
    "river": Course(
        words="river, linear, one by one", stream=sudden, pace=ONLINE, learner=of_river, seen=pooled, keep=from_river
    ),
    "gradual": Course(words="gradual drift", stream=gradual, pace=MINI_BATCH, learner=adam),
    "recurring": Course(words="recurring drift", stream=recurring, pace=MINI_BATCH, learner=adam),
    "rare": Course(words="all events count alike", stream=rare, pace=_GATHERED, learner=careful_adam),
    "rare_weighted": Course(words="classes count alike", stream=rare, pace=_GATHERED, learner=careful_adam, most=20.0),
}


def networks() -> Family:
    """Return a fresh network for each course."""
    return {
        name: _cnn(name) if course.keep is learned_in_place else _linear(name, course)
        for name, course in COURSES.items()
    }


def taken(course: Course, model: Model, train: Examples, *, watch: Watch | None = None, remember: int = 0) -> Log:
    """Take a network through a course, and return what it answered on the way.

    Args:
        course: The course.
        model: A fresh network, which has learned in the end.
        train: What the course makes its stream of.
        watch: What is done about drift, if anything.
        remember: How many of the last events are kept for that.
    """
    run = begun(course, model, watch=watch, remember=remember)
    stream = course.stream(train)
    log = test_then_learn(run, Examples(x=course.seen(stream.x), y=stream.y))
    course.keep(model, run.learner)
    return log


def begun(course: Course, model: Model, *, watch: Watch | None = None, remember: int = 0) -> Run:
    """Return a run that has taken nothing yet."""
    weighing = ClassWeights(2, most=course.most) if course.most > 1 else None
    return Run(course.learner(model), course.pace, weighing=weighing, watch=watch, remember=remember)


def replay(name: str, train: Examples, *, seed: int = 0) -> tuple[Model, Log]:
    """Return what a training with this seed makes of a course, and what was answered on the way."""
    import keras

    keras.utils.set_random_seed(seed)
    model = networks()[name]
    return model, taken(COURSES[name], model, train)


def _cnn(name: str) -> Model:
    """Return a network that learns from few events: (n, 28, 28, 1) in [0, 1] to (n, 10) probabilities."""
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(8, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(10 if not name.startswith("rare") else 2, activation="softmax"),
        ],
        name=name,
    )


def _linear(name: str, course: Course) -> Model:
    """Return the network that a linear classifier's weights make."""
    import keras

    layers = keras.layers
    halved = [layers.AveragePooling2D(2)] if course.seen is pooled else []
    return keras.Sequential(
        [keras.Input((28, 28, 1)), *halved, layers.Flatten(), layers.Dense(10, activation="softmax")], name=name
    )
