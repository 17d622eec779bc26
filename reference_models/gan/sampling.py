"""Drawing from a generator."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.task import Model

__all__ = ["CLASSES", "as_bytes", "as_shares", "asked_for", "latents", "samples"]

CLASSES = 10
"""The last numbers of a latent vector: which digit is asked for, 1 there and 0 elsewhere."""

_BATCH = 250


def latents(generator: Model, count: int, *, key: int) -> NDArray[np.float32]:
    """Return (count, d) latent vectors, the same for the same key on every machine.

    Independent normal numbers, and then the digits in turn: 0 to 9, and 0 again.

    Args:
        generator: Its input says how many numbers make an image.
        count: How many images.
        key: Names the numbers.
    """
    random = np.random.Generator(np.random.Philox(key=key))
    normal = random.standard_normal((count, generator.input_shape[-1] - CLASSES)).astype(np.float32)
    return np.concatenate([normal, np.eye(CLASSES, dtype=np.float32)[np.arange(count) % CLASSES]], axis=1)


def asked_for(z: NDArray[Any]) -> NDArray[np.int64]:
    """Return (n,) the digits that latent vectors ask for."""
    return np.asarray(z[:, -CLASSES:].argmax(axis=1))


def samples(generator: Model, z: NDArray[Any]) -> NDArray[np.float32]:
    """Return the images of latent vectors, in [0, 1].

    Args:
        generator: From (n, d) to images.
        z: (n, d) latent vectors.
    """
    parts = [np.asarray(generator(z[first : first + _BATCH], training=False)) for first in range(0, len(z), _BATCH)]
    # Sums of shares are rounded, and 1 may come out above 1.
    return np.clip(np.concatenate(parts), 0, 1)


def as_shares(images: NDArray[Any]) -> NDArray[np.float32]:
    """Return images as float32 in [0, 1]: bytes are divided by 255, shares are left alone."""
    if images.dtype == np.uint8:
        return images.astype(np.float32) / np.float32(255)
    return images.astype(np.float32, copy=False)


def as_bytes(images: NDArray[Any]) -> NDArray[np.uint8]:
    """Return images in [0, 1] as bytes from 0 to 255, rounded.

    Raises:
        ValueError: A value is outside [0, 1]: what comes out of tanh lies in [-1, 1], and as bytes would be black.
    """
    if images.dtype == np.uint8:
        return images
    low, high = float(images.min()), float(images.max())
    if not (low >= 0 and high <= 1):
        raise ValueError(
            f"images lie in [{low:g}, {high:g}]; pass shares from 0 to 1: for the output of tanh, (images + 1) / 2"
        )
    return np.rint(images * 255).astype(np.uint8)
