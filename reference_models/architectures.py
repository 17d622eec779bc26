"""The networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reference_models.task import Model

__all__ = [
    "digit_mlp",
    "emoji_cnn",
    "mnist_cnn",
    "mnist_compact_cnn",
    "mnist_mlp",
    "nearest_centroid",
    "patch_features",
    "single_stage_detector",
    "small_cnn",
    "small_mlp",
    "tumour_mlp",
]


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


def emoji_cnn() -> Model:
    """Return a small convolutional classifier of colour images.

    (n, 32, 32, 3) in [0, 1] to (n, 10) probabilities.
    """
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(96, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ],
        name="emoji_cnn",
    )


def nearest_centroid(*, centroids: int, components: int = 0) -> Model:
    """Return a classifier that answers with the class of the nearest centroid.

    (n, 32, 32, 3) in [0, 1] to (n, 10) probabilities. The layer `nearness` has the squared distances
    but for the sign, for the square of the input, which all centroids share, and for a scale:
    2cx - cc. The layer `class` puts each below the class that the centroid stands for, and far away
    below all others; the greatest of each class is its score. Nothing is rounded to one cluster, so
    that there is a gradient to follow.

    Args:
        centroids: How many clusters there are.
        components: Of a linear projection before that; 0 compares pixels.
    """
    import keras

    layers = keras.layers
    x = inputs = keras.Input((32, 32, 3))
    x = layers.Flatten()(x)
    if components:
        x = layers.Dense(components, name="projection")(x)
    x = layers.Dense(centroids, name="nearness")(x)
    x = layers.EinsumDense("bk,kc->bkc", output_shape=(centroids, 10), bias_axes="kc", name="class")(x)
    x = layers.GlobalMaxPooling1D()(x)
    return keras.Model(inputs, layers.Softmax()(x), name="nearest_centroid")


def patch_features(*, centroids: int, side: int = 6, pool: int = 9) -> Model:
    """Return a linear classifier of how near the patches of an image are to centroids of patches.

    (n, 32, 32, 3) in [0, 1] to (n, 10) probabilities. A patch is normalized to mean 0 and deviation 1
    and whitened; a feature is how much nearer than to the average centroid it is to one, max(0,
    mean(d) - d), averaged over a part of the image.

    Args:
        centroids: How many there are.
        side: Of a patch, in pixels.
        pool: Over how many places in a row features are averaged.

    References:
        Coates, Ng and Lee, "An Analysis of Single-Layer Networks in Unsupervised Feature Learning",
        AISTATS 2011.
    """
    import keras

    layers, ops = keras.layers, keras.ops
    x = keras.Input((32, 32, 3))
    average = layers.Conv2D(1, side, use_bias=False, trainable=False, name="average")
    variance = average(ops.square(x)) - ops.square(average(x))
    # Coates, Ng and Lee add 10 where pixels go to 255: a flat patch is not blown up to noise.
    deviation = ops.sqrt(ops.maximum(variance, 0.0) + (10 / 255) ** 2)
    # The patch's own mean is not subtracted but lies in no direction of these weights.
    white = layers.Conv2D(3 * side * side, side, use_bias=False, name="whiten")(x) / deviation
    # zz - 2cz + cc
    squared = ops.sum(ops.square(white), axis=-1, keepdims=True) + layers.Conv2D(centroids, 1, name="centroids")(white)
    # The root has no gradient at 0.
    distance = ops.sqrt(ops.maximum(squared, 1e-4))
    features = ops.relu(ops.mean(distance, axis=-1, keepdims=True) - distance)
    pooled = layers.Flatten(name="features")(layers.AveragePooling2D(pool)(features))
    return keras.Model(x, layers.Dense(10, activation="softmax", name="linear")(pooled), name="patch_features")


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


def mnist_compact_cnn() -> Model:
    """Return a convolutional classifier of digits with half of the parameters of `mnist_cnn`, and no dropout.

    (n, 28, 28, 1) in [0, 1] to (n, 10) probabilities.
    """
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(56, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="mnist_compact_cnn",
    )


def mnist_mlp(name: str = "mnist_mlp") -> Model:
    """Return a classifier of digits that knows nothing of neighbouring pixels.

    (n, 28, 28, 1) in [0, 1] to (n, 10) probabilities.

    Args:
        name: What it is called: members of a family are told apart by it.
    """
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            # Without it 0.929 of the test images are read right, with it 0.935: 4,000 are soon known by heart.
            layers.Dropout(0.4),
            layers.Dense(10, activation="softmax"),
        ],
        name=name,
    )
