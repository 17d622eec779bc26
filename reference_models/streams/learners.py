"""One interface for what learns on the way: scikit-learn, Keras and river."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.task import Model

__all__ = ["KerasLearner", "Learner", "RiverLearner", "ScikitLearner"]


class Learner(ABC):
    """A classifier that learns from each event once, in the order in which they come.

    It can be pickled between any two events, with all that it needs to go on: the optimizer's
    moments and count of steps as well. A checkpoint without these goes on as another learner.
    """

    @abstractmethod
    def answer(self, x: NDArray[Any]) -> NDArray[np.int64]:
        """Return (n,) class indices; 0 while nothing was learned."""

    @abstractmethod
    def learn(self, x: NDArray[Any], y: NDArray[np.int64], weight: NDArray[np.float64]) -> None:
        """Learn from n events in one go.

        Args:
            x: (n, ...) inputs.
            y: (n,) class indices.
            weight: (n,) how much each counts; 1 is as much as any.
        """


class KerasLearner(Learner):
    """`train_on_batch` of a model that returns class probabilities.

    What is compiled is a model around it, so the model itself stays weights alone, fit to ship.

    Args:
        model: The model, not compiled.
        optimizer: Of Keras; its learning rate may be a schedule over steps.
    """

    def __init__(self, model: Model, optimizer: Any) -> None:
        self.model, self._optimizer = model, optimizer
        self._compile()

    def answer(self, x: NDArray[Any]) -> NDArray[np.int64]:
        return np.asarray(self._around.predict_on_batch(x)).argmax(axis=-1)

    def learn(self, x: NDArray[Any], y: NDArray[np.int64], weight: NDArray[np.float64]) -> None:
        self._around.train_on_batch(x, y, sample_weight=weight.astype(np.float32))

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy needs to go on as this one does."""
        import keras

        return {
            "model": keras.saving.serialize_keras_object(self.model),
            "variables": [variable.numpy() for variable in self.model.variables],
            "optimizer": keras.saving.serialize_keras_object(self._optimizer),
            "steps_and_moments": [variable.numpy() for variable in self._optimizer.variables],
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Become what `__getstate__` was taken of."""
        import keras

        self.model = keras.saving.deserialize_keras_object(state["model"])
        self._optimizer = keras.saving.deserialize_keras_object(state["optimizer"])
        self._compile()
        for variables, values in (
            (self.model.variables, state["variables"]),
            (self._optimizer.variables, state["steps_and_moments"]),
        ):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)

    def _compile(self) -> None:
        import keras

        self._optimizer.build(self.model.trainable_variables)
        self._around = keras.Sequential([keras.Input(self.model.input_shape[1:]), self.model])
        # For small steps XLA costs more than it gives.
        self._around.compile(optimizer=self._optimizer, loss="sparse_categorical_crossentropy", jit_compile=False)


class ScikitLearner(Learner):
    """`partial_fit` of a scikit-learn classifier.

    Args:
        classifier: One with `partial_fit`.
        classes: How many there are: scikit-learn must know before it has seen them.
    """

    def __init__(self, classifier: Any, classes: int) -> None:
        self.classifier, self._classes, self._has_learned = classifier, np.arange(classes), False

    def answer(self, x: NDArray[Any]) -> NDArray[np.int64]:
        if not self._has_learned:
            return np.zeros(len(x), np.int64)
        return np.asarray(self.classifier.predict(x.reshape(len(x), -1)), np.int64)

    def learn(self, x: NDArray[Any], y: NDArray[np.int64], weight: NDArray[np.float64]) -> None:
        self.classifier.partial_fit(x.reshape(len(x), -1), y, classes=self._classes, sample_weight=weight)
        self._has_learned = True


class RiverLearner(Learner):
    """`learn_one` of a river classifier, or `learn_many` where it has that and several events come at once.

    Args:
        classifier: Of river, or a pipeline that ends in one.
        takes_weights: Whether its `learn_one` has the argument `w`, which river tells of none.
    """

    def __init__(self, classifier: Any, *, takes_weights: bool = False) -> None:
        self.classifier, self._takes_weights = classifier, takes_weights

    def answer(self, x: NDArray[Any]) -> NDArray[np.int64]:
        return np.array([int(self.classifier.predict_one(event) or 0) for event in _events(x)], np.int64)

    def learn(self, x: NDArray[Any], y: NDArray[np.int64], weight: NDArray[np.float64]) -> None:
        if not self._takes_weights and (weight != 1).any():
            raise ValueError(f"{self.classifier} learns from all events alike; pass takes_weights=True if it has `w`")
        if len(x) > 1 and self._learns_many():
            self._learn_many(x, y, weight)
            return
        for event, label, each in zip(_events(x), y.tolist(), weight.tolist(), strict=True):
            if self._takes_weights:
                self.classifier.learn_one(event, label, w=each)
            else:
                self.classifier.learn_one(event, label)

    def _learns_many(self) -> bool:
        from river.base import MiniBatchClassifier

        return isinstance(self.classifier, MiniBatchClassifier)

    def _learn_many(self, x: NDArray[Any], y: NDArray[np.int64], weight: NDArray[np.float64]) -> None:
        import pandas as pd

        rows = pd.DataFrame(x.reshape(len(x), -1))
        if self._takes_weights:
            self.classifier.learn_many(rows, pd.Series(y), w=pd.Series(weight))
        else:
            self.classifier.learn_many(rows, pd.Series(y))


def _events(x: NDArray[Any]) -> list[dict[int, float]]:
    return [dict(enumerate(row)) for row in x.reshape(len(x), -1).tolist()]
