"""What a classifier of digits reads in images that a generator made."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.gan.features import digit_reader
from reference_models.task import Model

__all__ = ["colour_reader", "digits_present", "ink_of", "read_from"]

_SIDE = 28
# What differs from the ground by less than this share of the range is no ink but a shade.
_FAINTEST = 30 / 255


def ink_of(*, side: int) -> Model:
    """Return what turns colour images into grey ones of a digit: (n, side, side, 3) to (n, 28, 28, 1), both in [0, 1].

    The ground is the mean of the border, and ink what differs from it in the channel that differs most, as a share of
    where it differs most. Colours are gone then, and with them all that a copy could hide behind.

    Args:
        side: Of the images, at least 28.
    """
    import keras

    ops = keras.ops
    x = keras.Input((side, side, 3))
    border = ops.concatenate([x[:, 0], x[:, -1], x[:, :, 0], x[:, :, -1]], axis=1)
    ground = ops.expand_dims(ops.mean(border, axis=1, keepdims=True), 1)
    change = ops.max(ops.abs(x - ground), axis=-1)
    most = ops.max(change, axis=(1, 2), keepdims=True)
    ink = change / ops.maximum(most, _FAINTEST)
    share = _by_area(side)
    small = ops.matmul(ops.matmul(share, ink), share.T)
    return keras.Model(x, ops.expand_dims(small, -1), name="ink")


def colour_reader(*, side: int) -> Model:
    """Return task 14's classifier for coloured digits on a ground: (n, side, side, 3) in [0, 1] to (n, 10)."""
    import keras

    return keras.Sequential([keras.Input((side, side, 3)), ink_of(side=side), digit_reader()], name="colour_reader")


def read_from(generator: Model, reader: Model) -> Model:
    """Return what is read in the image of a latent vector: (n, latent) to (n, 10) probabilities."""
    import keras

    return keras.Sequential([keras.Input(generator.input_shape[1:]), generator, reader], name="latent_to_digit")


def digits_present(_: Any, read: NDArray[Any]) -> float:
    """Return the share of the ten digits that are read in two of a hundred images at least: a metric for `score`.

    Args:
        _: Labels, which generated images do not have.
        read: (n,) digits.
    """
    return float(np.mean(np.bincount(read, minlength=10) >= 0.02 * len(read)))


def _by_area(side: int) -> NDArray[np.float32]:
    """Return (28, side) how much of each row belongs to each of 28, by area."""
    edges = np.arange(_SIDE + 1) * (side / _SIDE)
    lines = np.arange(side)
    shared = np.minimum(edges[1:, None], lines + 1) - np.maximum(edges[:-1, None], lines)
    return np.asarray(np.maximum(shared, 0) * (_SIDE / side), np.float32)
