"""The common way to fit a classifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reference_models.splits import Examples
from reference_models.task import Epoch, Model

__all__ = ["Supervised"]

# The least that still runs every line.
_QUICK_EXAMPLES = 256


@dataclass(frozen=True, kw_only=True)
class Supervised:
    """Adam on the cross-entropy of class indices, with a learning rate that falls to zero.

    The last epoch's weights are kept: with the rate gone to zero they beat the choice of an epoch
    on a small validation set, which only reports. It is the tail of the training data.

    Args:
        epochs: Passes over the training data.
        batch_size: Examples a step.
        learning_rate: At the start.
        augment: Returns layers that change the inputs while training, and only then; they are not
            part of the fitted model, so they cost nothing when it is used.
        validation: Share of the training data that is held out.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    augment: Callable[[], list[Any]] = list
    validation: float = 0.05

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit a model that returns class probabilities."""
        import keras

        epochs = 1 if quick else self.epochs
        train = train[:_QUICK_EXAMPLES] if quick else train
        held_out = round(len(train) * self.validation)
        learn, validate = train[: len(train) - held_out], train[len(train) - held_out :]

        # The optimizer belongs to this outer model, so the inner one is saved without its slots,
        # which are twice the weights' size.
        learner = keras.Sequential([keras.Input(model.input_shape[1:]), *self.augment(), model])
        steps = epochs * -(-len(learn) // self.batch_size)
        learner.compile(
            optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(self.learning_rate, steps)),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        learner.fit(
            learn.x,
            learn.y,
            batch_size=self.batch_size,
            epochs=epochs,
            validation_data=(validate.x, validate.y),
            verbose=0,
            callbacks=[
                keras.callbacks.LambdaCallback(
                    on_epoch_end=lambda epoch, logs: on_epoch(Epoch(number=epoch + 1, of=epochs, figures=dict(logs)))
                )
            ],
        )
        return model
