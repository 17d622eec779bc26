"""Foolbox and the Adversarial Robustness Toolbox, each with the same compiled model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import inf
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf

from benchmarks.cnn import Digits
from benchmarks.jobs import Rival
from pytest_robust.core.arrays import Floats, Integers

__all__ = ["LIBRARIES", "ART", "Foolbox", "Library"]


class Library(ABC):
    """A library's attacks on one Keras classifier; a compiled forward pass is given to it."""

    module: ClassVar[str]

    @abstractmethod
    def __init__(self, digits: Digits) -> None:
        """Wrap the model as the library wants it."""

    @property
    @abstractmethod
    def asked(self) -> int:
        """How many images the model was asked about so far, whatever the library counts."""

    @abstractmethod
    def run(self, rival: Rival, x: Floats, y: Integers, eps: float) -> Floats:
        """Return the images that the library's attack found.

        Args:
            rival: The attack.
            x: (n, ...) images.
            y: (n,) labels.
            eps: The budget, infinity for the nearest change.
        """


class Foolbox(Library):
    """Rauber et al., "Foolbox Native", JOSS 2020."""

    module = "foolbox"

    def __init__(self, digits: Digits) -> None:
        """Wrap the model."""
        import foolbox

        self._attacks = foolbox.attacks
        self._forward = _Forward(digits)
        self._model = foolbox.TensorFlowModel(self._forward, bounds=(0, 1))

    @property
    def asked(self) -> int:
        return self._forward.asked

    def run(self, rival: Rival, x: Floats, y: Integers, eps: float) -> Floats:
        attack, found = rival.attack(self._attacks), []
        for start in range(0, len(x), rival.batch):
            images = tf.constant(x[start : start + rival.batch])
            # int64, or its one-hot encoding fails.
            labels = tf.constant(y[start : start + rival.batch].astype(np.int64))
            _, clipped, _ = attack(self._model, images, labels, epsilons=None if eps == inf else eps)
            found.append(clipped.numpy())
        return np.concatenate(found)


class ART(Library):
    """Nicolae et al., "Adversarial Robustness Toolbox v1.0.0", 2018, arXiv:1807.01069."""

    module = "art"

    def __init__(self, digits: Digits) -> None:
        """Wrap the model."""
        from art.estimators.classification import TensorFlowV2Classifier

        self._asked = 0
        self._model = TensorFlowV2Classifier(
            model=_Forward(digits),
            nb_classes=digits.classes,
            input_shape=digits.x.shape[1:],
            loss_object=keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum"),
            clip_values=(0, 1),
        )
        predict = self._model.predict

        def counted(x: Any, *arguments: Any, **keywords: Any) -> Any:
            # Here, since it compiles the forward pass once more.
            self._asked += len(x)
            return predict(x, *arguments, **keywords)

        self._model.predict = counted

    @property
    def asked(self) -> int:
        return self._asked

    def run(self, rival: Rival, x: Floats, y: Integers, eps: float) -> Floats:
        from art.attacks import evasion

        found: Floats = rival.attack(evasion, self._model).generate(x, y)
        return found


class _Forward:
    """The model's compiled forward pass; counts what it is asked, where the call itself is not compiled."""

    def __init__(self, digits: Digits) -> None:
        model = digits.model

        @tf.function(autograph=False, input_signature=[tf.TensorSpec([None, *digits.x.shape[1:]], tf.float32)])
        def logits(x: Any) -> Any:
            return model(x, training=False)

        self._logits = logits
        self.asked = 0

    def __call__(self, x: Any, training: bool = False) -> Any:
        # Both pass `training=False`, which a compiled signature does not take.
        if isinstance(x, tf.Tensor) and tf.executing_eagerly():
            self.asked += len(x)
        return self._logits(x)


LIBRARIES: tuple[type[Library], ...] = (Foolbox, ART)
