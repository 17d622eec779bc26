"""The networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reference_models.task import Model

__all__ = ["digit_mlp", "mnist_cnn", "single_stage_detector", "tumour_mlp"]


def mnist_cnn() -> Model:
    """Return a small convolutional classifier of digits, as a beginner's book has it.

    (n, 28, 28, 1) in [0, 1] to (n, 10) probabilities; it ends in softmax, as most do.
    """
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="mnist_cnn",
    )


def single_stage_detector(classes: int) -> Model:
    """Return a convolutional network that answers for each cell of a grid: is something here, where, and what.

    (n, 96, 96, 3) from 0 to 255 to (n, 12, 12, 5 + classes); the division by 255 is a layer of it.
    """
    import keras

    layers = keras.layers

    def convolved(x: Any, channels: int, *, strides: int = 1) -> Any:
        x = layers.Conv2D(channels, 3, strides=strides, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        return layers.Activation("relu")(x)

    images = keras.Input((96, 96, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(images)
    x = convolved(x, 16, strides=2)
    x = convolved(x, 32, strides=2)
    x = convolved(x, 64)
    x = convolved(x, 96, strides=2)
    x = convolved(x, 96)
    x = convolved(x, 96)
    # Most cells have nothing to answer for, and say so from the start.
    present = layers.Conv2D(1, 1, bias_initializer=keras.initializers.Constant(-2.2), name="present")(x)
    box = layers.Conv2D(4, 1, name="box")(x)
    label = layers.Conv2D(classes, 1, name="label")(x)
    return keras.Model(images, layers.Concatenate()([present, box, label]), name="single_stage_detector")


def digit_mlp(name: str = "digit_mlp") -> Model:
    """Return the smallest network that reads digits at all: half the resolution, one hidden layer.

    (n, 28, 28, 1) in [0, 1] to (n, 10) probabilities.
    """
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(24, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name=name,
    )


def tumour_mlp(name: str = "tumour_mlp") -> Model:
    """Return a network of one hidden layer that standardises the measures of a tumour itself.

    (n, 30) in the units they were taken in to (n, 2) probabilities. What mean and spread are is
    part of its weights, for `adapt` to learn from what the rest learns from.
    """
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((30,)),
            layers.Normalization(),
            layers.Dense(16, activation="relu"),
            layers.Dense(2, activation="softmax"),
        ],
        name=name,
    )
