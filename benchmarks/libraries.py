"""The same attacks by Foolbox and by the Adversarial Robustness Toolbox."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf

from benchmarks.bare import STEPS
from benchmarks.cnn import BATCH
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.norms import LInf
from pytest_robust.core.threat import ThreatModel

__all__ = ["LIBRARIES", "ART", "Foolbox", "Library"]


class Library(ABC):
    """A library's attacks on one Keras classifier; a compiled forward pass is given to it."""

    module: ClassVar[str]

    @abstractmethod
    def __init__(self, model: Any) -> None:
        """Wrap the model as the library wants it."""

    @abstractmethod
    def fgsm(self, x: Floats, y: Integers, threat: ThreatModel) -> Floats:
        """Return images after one step of the whole budget."""

    @abstractmethod
    def pgd(self, x: Floats, y: Integers, threat: ThreatModel, step: float) -> Floats:
        """Return images after `STEPS` steps from a random start."""


class Foolbox(Library):
    """Rauber et al., "Foolbox Native", JOSS 2020."""

    module = "foolbox"

    def __init__(self, model: Any) -> None:
        """Wrap the model."""
        import foolbox

        self._attacks = foolbox.attacks
        self._model = foolbox.TensorFlowModel(_compiled(model), bounds=(0, 1))

    def fgsm(self, x: Floats, y: Integers, threat: ThreatModel) -> Floats:
        """Return images after one step of the whole budget."""
        return self._run(self._attacks.LinfFastGradientAttack(random_start=False), x, y, threat)

    def pgd(self, x: Floats, y: Integers, threat: ThreatModel, step: float) -> Floats:
        """Return images after `STEPS` steps from a random start."""
        kind = self._attacks.LinfPGD if threat.norm == LInf else self._attacks.L2PGD
        return self._run(kind(abs_stepsize=step, steps=STEPS, random_start=True), x, y, threat)

    def _run(self, attack: Any, x: Floats, y: Integers, threat: ThreatModel) -> Floats:
        found = []
        for start in range(0, len(x), BATCH):
            images = tf.constant(x[start : start + BATCH])
            # int64, or its one-hot encoding fails.
            labels = tf.constant(y[start : start + BATCH].astype(np.int64))
            _, clipped, _ = attack(self._model, images, labels, epsilons=threat.eps)
            found.append(clipped.numpy())
        return np.concatenate(found)


class ART(Library):
    """Nicolae et al., "Adversarial Robustness Toolbox v1.0.0", 2018, arXiv:1807.01069."""

    module = "art"

    def __init__(self, model: Any) -> None:
        """Wrap the model."""
        from art.estimators.classification import TensorFlowV2Classifier

        self._model = TensorFlowV2Classifier(
            model=_compiled(model),
            nb_classes=10,
            input_shape=(28, 28, 1),
            loss_object=keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum"),
            clip_values=(0, 1),
        )

    def fgsm(self, x: Floats, y: Integers, threat: ThreatModel) -> Floats:
        """Return images after one step of the whole budget."""
        from art.attacks.evasion import FastGradientMethod

        found: Floats = FastGradientMethod(self._model, eps=threat.eps, batch_size=BATCH).generate(x, y)
        return found

    def pgd(self, x: Floats, y: Integers, threat: ThreatModel, step: float) -> Floats:
        """Return images after `STEPS` steps from a random start."""
        from art.attacks.evasion import ProjectedGradientDescent

        attack = ProjectedGradientDescent(
            self._model,
            norm=np.inf if threat.norm == LInf else 2,
            eps=threat.eps,
            eps_step=step,
            max_iter=STEPS,
            num_random_init=1,
            batch_size=BATCH,
            verbose=False,
        )
        found: Floats = attack.generate(x, y)
        return found


def _compiled(model: Any) -> Any:
    @tf.function(autograph=False, input_signature=[tf.TensorSpec([None, 28, 28, 1], tf.float32)])
    def logits(x: Any) -> Any:
        return model(x, training=False)

    # Both pass `training=False`, which a compiled signature does not take.
    return lambda x, training=False: logits(x)


LIBRARIES: tuple[type[Library], ...] = (Foolbox, ART)
