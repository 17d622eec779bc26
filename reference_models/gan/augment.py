"""Changes of real and generated images alike, through which the gradient passes."""

from __future__ import annotations

from typing import Any

__all__ = ["moved", "unchanged"]

_MOVE = 1 / 8


def unchanged(images: Any, seed: Any) -> Any:  # noqa: ARG001 - one of several
    """Return the images as they are."""
    return images


def moved(images: Any, seed: Any) -> Any:
    """Return images moved by up to an eighth of their side, each its own way; what comes in is 0.

    Both halves of a discriminator's batch go through it, so that a generator is not taught to make such images.

    Args:
        images: (n, side, side, channels) tensor.
        seed: (2,) integers, all that is drawn follows from them.

    References:
        Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training", NeurIPS 2020, arXiv:2006.10738.
    """
    import tensorflow as tf

    side = images.shape[1]
    reach = round(side * _MOVE)
    count = tf.shape(images)[0]
    by = tf.random.stateless_uniform((2, count), seed, -reach, reach + 1, tf.int32)
    wide = tf.pad(images, [[0, 0], [reach, reach], [reach, reach], [0, 0]])
    # The rows of each image, then its columns: two gathers of whole slices.
    span = tf.range(side)[None, :] + reach
    rows = tf.gather(wide, span + by[0][:, None], axis=1, batch_dims=1)
    return tf.gather(rows, span + by[1][:, None], axis=2, batch_dims=1)
