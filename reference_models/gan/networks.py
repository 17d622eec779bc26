"""The networks: two generators of images, and a discriminator for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reference_models.task import Model

__all__ = ["colour_discriminator", "colour_generator", "digit_discriminator", "digit_generator"]

_CLASSES = 10


def digit_generator(*, latent: int = 74) -> Model:
    """Return a generator of grey images, by transposed convolutions.

    (n, latent) numbers, the last ten for the digit that is asked for, to (n, 28, 28, 1) in [0, 1]. It ends in tanh, as
    is usual, and in a layer that brings that to [0, 1]: whoever uses it has nothing to rescale and cannot forget to.

    References:
        Radford, Metz and Chintala, "Unsupervised Representation Learning with Deep Convolutional Generative
        Adversarial Networks", ICLR 2016, arXiv:1511.06434.
    """
    import keras

    layers = keras.layers
    # A kernel of twice the stride covers each pixel equally often; 3 or 5 would leave a chequered pattern.
    up = {"kernel_size": 4, "strides": 2, "padding": "same", "use_bias": False}
    return keras.Sequential(
        [
            keras.Input((latent,)),
            layers.Dense(7 * 7 * 36, use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Reshape((7, 7, 36)),
            layers.Conv2DTranspose(32, **up),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Conv2DTranspose(1, **{**up, "use_bias": True}, activation="tanh"),
            layers.Rescaling(0.5, offset=0.5),
        ],
        name="digit_generator",
    )


def digit_discriminator() -> Model:
    """Return a discriminator of grey images: (n, 28, 28, 1) in [0, 1] to (n, 1) logits, above 0 for real.

    Its layer "classes" has a logit for each digit: whether an image is a real one of this digit. The log of the sum
    of their exponentials is above 0 where one of them is, and is what it answers without being told the digit.

    References:
        Mescheder, Geiger and Nowozin, "Which Training Methods for GANs do actually Converge?", ICML 2018,
        arXiv:1801.04406, section 6, for a logit for each class.
    """
    import keras

    layers = keras.layers
    x = images = keras.Input((28, 28, 1))
    x = layers.Rescaling(2.0, offset=-1.0)(x)
    x = _reduced(x, 32)
    x = _reduced(x, 64, normalized=True)
    return keras.Model(images, _is_any(layers.Flatten()(x)), name="digit_discriminator")


def colour_generator(*, latent: int = 74) -> Model:
    """Return a generator of colour images, that lays one smooth picture over another with a mask.

    (n, latent) numbers, the last ten for the digit that is asked for, to (n, 64, 64, 3) in [0, 1]. Ground and ink
    begin as one colour each, to which a coarse picture is added, of nothing at first; the mask says where ink is. It
    is made by bilinear enlargement and convolutions: enlarged evenly and then convolved, no pixel is covered more
    often than its neighbours.

    References:
        Yang et al., "LR-GAN: Layered Recursive Generative Adversarial Networks for Image Generation", ICLR 2017,
        arXiv:1703.01560, for the layers; Odena, Dumoulin and Olah, "Deconvolution and Checkerboard Artifacts",
        Distill 2016, for the enlargement.
    """
    import keras

    layers = keras.layers

    def normalized(x: Any) -> Any:
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))

    def enlarged(x: Any, channels: int) -> Any:
        x = layers.UpSampling2D(2, interpolation="bilinear")(x)
        return normalized(layers.Conv2D(channels, 3, padding="same", use_bias=False)(x))

    def painted(x: Any, name: str) -> Any:
        colour = layers.Reshape((1, 1, 3))(layers.Dense(3, name=f"{name}_colour")(x))
        coarse = layers.Dense(4 * 4 * 3, kernel_initializer="zeros", name=f"{name}_coarse")(x)
        both = layers.Add()([layers.UpSampling2D(4)(colour), layers.Reshape((4, 4, 3))(coarse)])
        return layers.UpSampling2D(16, interpolation="bilinear", name=name)(layers.Activation("tanh")(both))

    z = keras.Input((latent,))
    x = normalized(layers.Dense(7 * 7 * 48, use_bias=False)(z))
    x = layers.Reshape((7, 7, 48))(x)
    x = enlarged(x, 32)
    x = enlarged(x, 16)
    # What strokes look like is settled at 28 x 28; at the full size a convolution costs five times as much.
    mask = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x)
    mask = layers.Resizing(64, 64, interpolation="bilinear", name="mask")(mask)
    colours = normalized(layers.Dense(64, use_bias=False)(normalized(layers.Dense(64, use_bias=False)(z))))
    ground, ink = painted(colours, "ground"), painted(colours, "ink")
    x = layers.Add()([ground, layers.Multiply()([mask, layers.Subtract()([ink, ground])])])
    return keras.Model(z, layers.Rescaling(0.5, offset=0.5)(x), name="colour_generator")


def colour_discriminator() -> Model:
    """Return a discriminator of colour images: (n, 64, 64, 3) in [0, 1] to (n, 1) logits, above 0 for real.

    It has a layer "classes" as `digit_discriminator` has.
    """
    import keras

    layers = keras.layers
    x = images = keras.Input((64, 64, 3))
    # The generator enlarges evenly: there is nothing to be told apart by that is finer.
    x = layers.AveragePooling2D(2)(layers.Rescaling(2.0, offset=-1.0)(x))
    for channels in (32, 64, 96):
        x = _reduced(x, channels)
    return keras.Model(images, _is_any(layers.Flatten()(x)), name="colour_discriminator")


def _reduced(x: Any, channels: int, *, normalized: bool = False) -> Any:
    """Return half as many rows and columns of so many channels."""
    from keras import layers

    x = layers.Conv2D(channels, 4, strides=2, padding="same", use_bias=not normalized)(x)
    x = layers.BatchNormalization(momentum=0.9)(x) if normalized else x
    return layers.Dropout(0.2)(layers.LeakyReLU(negative_slope=0.2)(x))


def _is_any(features: Any) -> Any:
    """Return a logit: whether the features are those of a real image of any class."""
    import keras

    classes = keras.layers.Dense(_CLASSES, name="classes")(features)
    return keras.ops.logsumexp(classes, axis=-1, keepdims=True)
