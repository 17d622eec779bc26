"""The one layout that image transforms compute in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidData
from pytest_robust.core.perturbation import Perturbation

__all__ = ["CHANNELS", "images_of", "with_images"]

CHANNELS = (1, 3, 4)
_GREY_RANK = 3
_COLOUR_RANK = 4


def images_of(owner: Perturbation, batch: Batch) -> NDArray[np.float32]:
    """Return the inputs as (n, height, width, channels) float32 images.

    A view where they are float32 already: read it, do not write to it.

    Args:
        owner: Who asks, for the message.
        batch: (n, height, width) or (n, height, width, 1, 3 or 4) numbers.

    Raises:
        InvalidData: The inputs are not images; the message tells their shape and what to do.
    """
    shape, dtype = batch.x.shape, batch.x.dtype
    wanted = f"{owner!r} changes images of shape (n, height, width) or (n, height, width, 1, 3 or 4)"
    if not (np.issubdtype(dtype, np.integer) or np.issubdtype(dtype, np.floating)):
        raise InvalidData(f"{wanted}, and the inputs are {dtype}; give numbers, for instance x.astype('float32')")
    if len(shape) not in {_GREY_RANK, _COLOUR_RANK}:
        raise InvalidData(
            f"{wanted}, and the inputs have shape {shape}; unfold flattened images with x.reshape(-1, height, width)"
        )
    if len(shape) == _COLOUR_RANK and shape[-1] not in CHANNELS:
        remedy = (
            "the channels seem to come first; move them with np.moveaxis(x, 1, -1)"
            if shape[1] in CHANNELS
            else "the last axis must hold the channels"
        )
        raise InvalidData(f"{wanted}, and the inputs have shape {shape}; {remedy}")
    if 0 in shape[1:]:
        raise InvalidData(f"{wanted}, and the inputs have shape {shape}: images without a pixel")
    x = np.asarray(batch.x, dtype=np.float32)
    return x if len(shape) == _COLOUR_RANK else x[..., None]


def with_images(batch: Batch, images: NDArray[np.float32]) -> Batch:
    """Return the batch with new inputs, clipped to the bounds and in its own shape.

    Args:
        batch: Where the images came from.
        images: (n, height, width, channels) float32, the caller's own: they are overwritten.
    """
    # In place: a second array would cost another fifth of an interpolation.
    np.clip(images, np.float32(batch.bounds.low), np.float32(batch.bounds.high), out=images)
    return replace(batch, x=images.reshape(batch.x.shape))
