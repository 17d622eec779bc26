"""Distillation: a small network learns what a large one says, beside the labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reference_models.compression.networks import copy_of, ending_in_logits
from reference_models.splits import Examples
from reference_models.task import Epoch, Model

__all__ = ["Distilled", "softened"]

# The least that still runs every line.
_QUICK_EXAMPLES = 256


def softened(*, temperature: float) -> Any:
    """Return the loss between a teacher's logits and a student's.

    The divergence is passed as an object. Keras turns its default, the name "kl_divergence", into a
    function that it does not recognize as a divergence, and gives it raw logits for probabilities:
    a loss that falls below zero and teaches the wrong thing.

    Args:
        temperature: Logits are divided by it; above 1, the classes that the teacher did not choose tell more.

    References:
        Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015, arXiv:1503.02531.
    """
    import keras

    return keras.distillation.LogitsDistillation(temperature=temperature, loss=keras.losses.KLDivergence())


@dataclass(frozen=True, kw_only=True)
class Distilled:
    """Fits a student to a teacher's logits and to the labels.

    Args:
        epochs: Passes over the training data.
        batch_size: Examples a step.
        learning_rate: Of Adam, at the start; it falls to zero.
        temperature: Of the softmax that both sides go through.
        labels: The weight of the labels, from 0 to 1; the teacher has the rest.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    temperature: float
    labels: float

    def __call__(
        self, model: Model, train: Examples, *, teacher: Model, quick: bool, on_epoch: Callable[[Epoch], None]
    ) -> Model:
        """Fit a student, in its place."""
        import keras

        epochs = 1 if quick else self.epochs
        train = train[:_QUICK_EXAMPLES] if quick else train
        steps = epochs * -(-len(train) // self.batch_size)
        distiller = keras.distillation.Distiller(
            # A copy: the distiller freezes its teacher for good, layers that it shares with others too.
            teacher=ending_in_logits(copy_of(teacher, name="teacher")),
            student=ending_in_logits(model),
            distillation_losses=softened(temperature=self.temperature),
            student_loss_weight=self.labels,
        )
        distiller.compile(
            optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(self.learning_rate, steps)),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        distiller.fit(
            train.x,
            train.y,
            batch_size=self.batch_size,
            epochs=epochs,
            verbose=0,
            callbacks=[
                keras.callbacks.LambdaCallback(
                    on_epoch_end=lambda epoch, logs: on_epoch(Epoch(number=epoch + 1, of=epochs, figures=dict(logs)))
                )
            ],
        )
        return model
