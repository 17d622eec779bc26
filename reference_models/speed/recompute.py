"""Gradient checkpointing: activations are computed again instead of being kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reference_models.task import Model

__all__ = ["recomputed", "recomputing"]


def recomputing(layers: Sequence[Any], *, name: str) -> Any:
    """Return a layer that does what several do, and keeps its input alone for the way back.

    Memory for the activations in between is freed on the way forward, and the layers are run a second time
    on the way back: a third more arithmetic. `keras.RematScope` does the same, but in a graph, where `fit`
    runs, it raises (Keras issue 21207).

    Args:
        layers: Built layers, one after the other.
        name: What it is called.

    Raises:
        ValueError: A layer changes something while it trains: dropout would be drawn anew on the way back,
            so that the gradient is another function's; batch normalization would count each batch twice.

    References:
        Chen, Xu, Zhang and Guestrin, "Training deep nets with sublinear memory cost", arXiv:1604.06174.
    """
    import keras
    import tensorflow as tf

    for layer in layers:
        if layer.non_trainable_variables:
            raise ValueError(
                f"{layer.name} changes {[each.path for each in layer.non_trainable_variables]} when it is run, and "
                "would be run twice; leave it between two recomputed parts"
            )

    class Recomputing(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
        def __init__(self) -> None:
            super().__init__(name=name)
            self.inner = list(layers)

        def call(self, x: Any) -> Any:
            return tf.recompute_grad(self._forward)(x)

        def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
            for layer in self.inner:
                shape = layer.compute_output_shape(shape)
            return shape

        def _forward(self, x: Any) -> Any:
            for layer in self.inner:
                x = layer(x)
            return x

    return Recomputing()


def recomputed(model: Model, *, every: int) -> Model:
    """Return a model of the same layers, with the same weights, that keeps every few activations only.

    The last layer stays as it is: Keras' loss finds the logits behind a softmax that it sees, and takes the
    logarithm of rounded probabilities behind one that it does not.

    Args:
        model: A Sequential.
        every: How many layers are recomputed together.
    """
    import keras

    *layers, last = model.layers
    parts = [
        recomputing(layers[first : first + every], name=f"part_{first // every}")
        for first in range(0, len(layers), every)
    ]
    return keras.Sequential([keras.Input(model.input_shape[1:]), *parts, last], name=f"{model.name}_recomputed")
