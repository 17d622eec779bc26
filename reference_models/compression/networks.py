"""The networks of the family: one to be made smaller, and a small one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reference_models.task import Model

__all__ = ["LARGE", "SMALL", "copy_of", "digit_cnn", "ending_in_logits"]

LARGE, SMALL = (16, 32, 64), (4, 8, 16)
"""Filters of the original, and of the student."""


def digit_cnn(filters: Sequence[int], *, name: str, dtype: Any = None) -> Model:
    """Return a convolutional classifier of digits whose softmax is a layer of its own.

    (n, 28, 28, 1) in [0, 1] to (n, 10) probabilities in float32, whatever the rest is in: among
    probabilities of 16 bits the small ones are 0, and their logarithm is infinite.

    Args:
        filters: Of the three convolutions.
        name: What it is called.
        dtype: Of weights and sums, as Keras names a policy; float32 where it is left out.
    """
    import keras

    layers = keras.layers
    first, second, third = filters
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(first, 3, activation="relu", dtype=dtype),
            layers.MaxPooling2D(dtype=dtype),
            layers.Conv2D(second, 3, activation="relu", dtype=dtype),
            layers.MaxPooling2D(dtype=dtype),
            layers.Conv2D(third, 3, activation="relu", dtype=dtype),
            layers.Flatten(dtype=dtype),
            layers.Dense(third, activation="relu", dtype=dtype),
            layers.Dense(10, dtype=dtype),
            layers.Softmax(dtype="float32"),
        ],
        name=name,
    )


def ending_in_logits(model: Model) -> Model:
    """Return the same network, with the same weights, without its softmax.

    Raises:
        ValueError: It does not end in a softmax layer.
    """
    import keras

    if not isinstance(model.layers[-1], keras.layers.Softmax):
        raise ValueError(  # noqa: TRY004 - of the last layer, not of the argument
            f"{model.name} ends in {type(model.layers[-1]).__name__}, not in a softmax layer"
        )
    return keras.Model(model.inputs[0], model.layers[-2].output, name=f"{model.name}_logits")


def copy_of(model: Model, *, name: str) -> Model:
    """Return a network of the same layers with the same weights, which it does not share."""
    import keras

    # Not by `clone_model`, which would take over that a model was compiled.
    copy = keras.Sequential.from_config(model.get_config() | {"name": name})
    copy.set_weights(model.get_weights())
    return copy
