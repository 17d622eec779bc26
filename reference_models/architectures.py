"""The networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reference_models.task import Model

__all__ = ["mnist_cnn", "small_cnn", "small_mlp"]


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


def small_cnn(name: str, *, dropout: float = 0.0, l1: float = 0.0, l2: float = 0.0) -> Model:
    """Return a convolutional classifier of digits so small that a dozen train in minutes.

    (n, 28, 28, 1) in [0, 1] to (n, 10) probabilities.

    Args:
        name: What it is called among others of its kind.
        dropout: Share of the last features that are left out while training.
        l1: Weight of the kernels' absolute values in the loss.
        l2: Weight of their squares.
    """
    import keras

    layers = keras.layers
    penalty = keras.regularizers.L1L2(l1=l1, l2=l2)
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(8, 3, padding="same", activation="relu", kernel_regularizer=penalty),
            layers.MaxPooling2D(),
            layers.Conv2D(16, 3, padding="same", activation="relu", kernel_regularizer=penalty),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu", kernel_regularizer=penalty),
            layers.Flatten(),
            layers.Dropout(dropout),
            layers.Dense(10, activation="softmax", kernel_regularizer=penalty),
        ],
        name=name,
    )


def small_mlp(name: str, *, dropout: float = 0.0, l1: float = 0.0, l2: float = 0.0) -> Model:
    """Return a classifier of digits in half their resolution, with one hidden layer.

    (n, 28, 28, 1) in [0, 1] to (n, 10) probabilities; large enough to learn 600 images by heart.

    Args:
        name: What it is called among others of its kind.
        dropout: Share of the hidden features that are left out while training.
        l1: Weight of the kernels' absolute values in the loss.
        l2: Weight of their squares.
    """
    import keras

    layers = keras.layers
    penalty = keras.regularizers.L1L2(l1=l1, l2=l2)
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(32, activation="relu", kernel_regularizer=penalty),
            layers.Dropout(dropout),
            layers.Dense(10, activation="softmax", kernel_regularizer=penalty),
        ],
        name=name,
    )
