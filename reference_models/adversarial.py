"""Training on the worst inputs near each one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reference_models.splits import Examples
from reference_models.task import Epoch, Model

__all__ = ["AdversarialTraining"]

# The least that still runs every line.
_QUICK_EXAMPLES = 256


@dataclass(frozen=True, kw_only=True)
class AdversarialTraining:
    """Adam on the loss at the worst inputs that a few ascending steps find, anew in each step.

    Inputs are in [0, 1], and may change by `eps` each. One step from a random start, a little longer
    than the budget, is the fast method of Wong et al.; several short ones are that of Madry et al. One
    step from the input itself is the mistake that the former warn of: the model learns to withstand that
    step alone.

    Args:
        eps: The largest change of each input.
        steps: How often the loss is ascended before each update.
        step_size: How far each goes.
        start: How far from the input the first step begins, at random; 0 for the input itself.
        epochs: Passes over the training data.
        batch_size: Examples a step.
        learning_rate: At the start; it falls to zero.
        validation: Share of the training data that is held out, its tail, which only reports.

    References:
        Madry et al., "Towards Deep Learning Models Resistant to Adversarial Attacks", ICLR 2018,
        arXiv:1706.06083.
        Wong, Rice and Kolter, "Fast is better than free: Revisiting adversarial training", ICLR 2020,
        arXiv:2001.03994.
    """

    eps: float
    steps: int
    step_size: float
    start: float
    epochs: int
    batch_size: int
    learning_rate: float
    validation: float = 0.05

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit a model that returns class probabilities."""
        import keras
        import tensorflow as tf

        epochs = 1 if quick else self.epochs
        train = train[:_QUICK_EXAMPLES] if quick else train
        held_out = round(len(train) * self.validation)
        learn, validate = train[: len(train) - held_out], train[len(train) - held_out :]
        batches = tf.data.Dataset.from_tensor_slices((learn.x, learn.y)).shuffle(len(learn)).batch(self.batch_size)

        schedule = keras.optimizers.schedules.CosineDecay(self.learning_rate, epochs * len(batches))
        optimizer = keras.optimizers.Adam(schedule)
        loss = keras.losses.SparseCategoricalCrossentropy()
        draws = keras.random.SeedGenerator()

        def worst(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
            low, high = tf.maximum(x - self.eps, 0.0), tf.minimum(x + self.eps, 1.0)
            near = keras.random.uniform(tf.shape(x), -self.start, self.start, seed=draws)
            found = tf.clip_by_value(x + near, low, high)
            for _ in range(self.steps):
                with tf.GradientTape() as tape:
                    tape.watch(found)
                    height = loss(y, model(found, training=False))
                uphill = tf.sign(tape.gradient(height, found))
                found = tf.clip_by_value(found + self.step_size * uphill, low, high)
            return found

        # Within a graph, Keras finds the logits behind the softmax, so no gradient vanishes where the model is sure.
        @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]  # TensorFlow ships no types
        def update(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
            hard = worst(x, y)
            with tf.GradientTape() as tape:
                height = loss(y, model(hard, training=True))
            optimizer.apply_gradients(
                zip(tape.gradient(height, model.trainable_weights), model.trainable_weights, strict=True)
            )
            return height

        @tf.function  # type: ignore[untyped-decorator]  # TensorFlow ships no types
        def withstood(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
            return tf.argmax(model(worst(x, y), training=False), axis=-1) == y

        for number in range(1, epochs + 1):
            heights = [float(update(x, y)) for x, y in batches]
            robust = float(np.mean(withstood(validate.x, validate.y)))
            figures = {"loss": float(np.mean(heights)), "val_robust_accuracy": robust}
            on_epoch(Epoch(number=number, of=epochs, figures=figures))
        return model
