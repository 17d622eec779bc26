"""What one would write by hand for this one model: compiled, and nothing besides."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from pytest_robust.core.arrays import Floats, Integers, Mask

__all__ = ["STEPS", "Bare"]

STEPS = 40
"""Of projected gradient descent, in every row."""


class Bare:
    """A Keras classifier's logits, gradients and attacks, each one compiled function.

    Args:
        model: (n, height, width, channels) images in [0, 1] to (n, classes) logits.
        batch: Images attacked at once.
    """

    def __init__(self, model: Any, *, batch: int) -> None:
        images, labels = tf.TensorSpec([None, *model.input_shape[1:]], tf.float32), tf.TensorSpec([None], tf.int32)
        number = tf.TensorSpec([], tf.float32)
        self._batch = batch

        def logits(x: Any) -> Any:
            return model(x, training=False)

        def gradient(x: Any, y: Any) -> tuple[Any, Any]:
            with tf.GradientTape() as tape:
                tape.watch(x)
                answers = logits(x)
                loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(y, answers))
            return answers, tape.gradient(loss, x)

        def fgsm(x: Any, y: Any, eps: Any) -> Any:
            return tf.clip_by_value(x + eps * tf.sign(gradient(x, y)[1]), 0.0, 1.0)

        def pgd(x: Any, y: Any, eps: Any, step: Any) -> Any:
            low, high = tf.maximum(x - eps, 0.0), tf.minimum(x + eps, 1.0)
            point = tf.clip_by_value(x + tf.random.uniform(tf.shape(x), -eps, eps), 0.0, 1.0)
            # Unrolled: a tf.while_loop of the same steps takes 1.0 to 1.6 times as long here,
            # another factor each time it is traced, and a slow rival proves nothing.
            for _ in range(STEPS):
                point = tf.clip_by_value(point + step * tf.sign(gradient(point, y)[1]), low, high)
            return point

        self.logits = tf.function(logits, autograph=False, input_signature=[images])
        self.gradient = tf.function(gradient, autograph=False, input_signature=[images, labels])
        self._fgsm = tf.function(fgsm, autograph=False, input_signature=[images, labels, number])
        self._pgd = tf.function(pgd, autograph=False, input_signature=[images, labels, number, number])

    def fgsm(self, x: Floats, y: Integers, *, eps: float) -> Floats:
        """Return the images after one step."""
        return np.concatenate([self._fgsm(a, b, eps).numpy() for a, b in self._batches(x, y)])

    def pgd(self, x: Floats, y: Integers, *, eps: float, step: float) -> Floats:
        """Return the images after `STEPS` steps, all of them taking all steps."""
        return np.concatenate([self._pgd(a, b, eps, step).numpy() for a, b in self._batches(x, y)])

    def right(self, x: Floats, y: Integers) -> Mask:
        """Return (n,) whether the model answers right."""
        return np.concatenate([self.logits(a).numpy().argmax(axis=1) == b for a, b in self._batches(x, y)])

    def _batches(self, x: Floats, y: Integers) -> list[tuple[Floats, Integers]]:
        starts = range(0, len(x), self._batch)
        return [(x[start : start + self._batch], y[start : start + self._batch].astype(np.int32)) for start in starts]
