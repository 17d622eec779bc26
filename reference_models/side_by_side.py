"""Small models that have nothing to do with each other, kept as one and fitted in one go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.splits import Examples
from reference_models.task import Epoch, Model

__all__ = ["Learning", "apart", "side_by_side"]


def side_by_side(models: Sequence[Model]) -> Model:
    """Return a model that gives the answers of all: (n, ...) to (n, models, classes).

    Args:
        models: Models of the same inputs and outputs, each with a name of its own.
    """
    import keras

    x = keras.Input(models[0].input_shape[1:])
    return keras.Model(x, keras.ops.stack([model(x) for model in models], axis=1))


def apart(model: Model) -> tuple[Model, ...]:
    """Return the models that stand side by side in one, in their order."""
    import keras

    return tuple(layer for layer in model.layers if isinstance(layer, keras.Model))


@dataclass(frozen=True, kw_only=True)
class Learning:
    """Fits several classifiers at once, each as if it were alone.

    Their losses are added, so no gradient reaches from one to another, and Adam scales the step of each
    weight by itself. Each goes through its examples in an order of its own. To start and to step costs a
    small network more than its arithmetic does, and this starts and steps once for all.

    Args:
        epochs: Passes over the training data.
        batch_size: Examples a step.
        learning_rate: At the start; it falls to zero.
        augment: Returns layers that change the inputs while training, and only then.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    augment: Callable[[], list[Any]] = list

    def __call__(
        self,
        models: Sequence[Model],
        train: Examples,
        rows: NDArray[np.int64],
        *,
        quick: bool,
        after: Callable[[Epoch], bool],
    ) -> None:
        """Fit models that return class probabilities, in place.

        Args:
            models: The models.
            train: The examples.
            rows: (models, n) which examples each may learn from.
            quick: A single epoch.
            after: Told after each epoch; returns whether to go on.
        """
        import keras
        import tensorflow as tf

        epochs = 1 if quick else self.epochs
        firsts = range(0, rows.shape[1], self.batch_size)
        schedule = keras.optimizers.schedules.CosineDecay(self.learning_rate, epochs * len(firsts))
        optimizer = keras.optimizers.Adam(schedule)
        loss = keras.losses.SparseCategoricalCrossentropy()
        weights = [weight for model in models for weight in model.trainable_weights]
        optimizer.build(weights)
        changes = [self.augment() for _ in models]
        x, y = tf.constant(train.x), tf.constant(train.y)

        @tf.function(reduce_retracing=True, autograph=False)  # type: ignore[untyped-decorator]  # TensorFlow ships no types
        def update(rows: tf.Tensor) -> tf.Tensor:
            heights = []
            with tf.GradientTape() as tape:
                for chosen, change, model in zip(tf.unstack(rows, num=len(models)), changes, models, strict=True):
                    images = tf.gather(x, chosen)
                    for layer in change:
                        images = layer(images, training=True)
                    misses = loss(tf.gather(y, chosen), model(images, training=True))
                    heights.append(tf.add_n([misses, *model.losses]))
                height = tf.add_n(heights)
            optimizer.apply_gradients(zip(tape.gradient(height, weights), weights, strict=True))
            return height / len(models)

        order = np.random.default_rng(np.random.randint(2**31))  # noqa: NPY002 - this generator has the global seed
        for number in range(1, epochs + 1):
            shuffled = order.permuted(rows, axis=1)
            heights = [float(update(tf.constant(shuffled[:, first : first + self.batch_size]))) for first in firsts]
            if not after(Epoch(number=number, of=epochs, figures={"loss": float(np.mean(heights))})):
                break
