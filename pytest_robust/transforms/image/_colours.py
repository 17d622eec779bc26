"""What the changes of colour do alike."""

from __future__ import annotations

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.errors import InvalidData
from pytest_robust.core.perturbation import Perturbation

__all__ = ["COLOURS", "blended", "coloured", "luma", "planes"]

COLOURS = 3
"""Channels that hold colours; a fourth, alpha, is none."""

# ITU-R BT.601: the shares of red, green and blue in brightness are 0.299, 0.587 and 0.114.
_RED, _BLUE = np.float32(0.299), np.float32(0.114)


def coloured(owner: Perturbation, images: Floats) -> Floats:
    """Return the (n, height, width, 3) colours of images with 3 or 4 channels, a view.

    Raises:
        InvalidData: They are grey.
    """
    if images.shape[-1] < COLOURS:
        raise InvalidData(
            f"{owner!r} changes colours, and the images are grey; leave it out for these, or give three channels"
        )
    return images[..., :COLOURS]


def planes(colours: Floats) -> Floats:
    """Return a copy of (n, height, width, channels) images, in memory one plane a channel.

    What is computed of single channels is then three times as fast, and so is what is
    computed of all of them and one more that they have in common.
    """
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(colours, -1, 0)), 0, -1)


def luma(colours: Floats) -> Floats:
    """Return (n, height, width, 1) how bright (n, height, width, 3) red, green and blue are, in their own unit.

    References:
        ITU-R Recommendation BT.601, "Studio encoding parameters of digital television",
        section 2.5.1.
    """
    red, green, blue = colours[..., 0:1], colours[..., 1:2], colours[..., 2:3]
    # By the distances from green, so that what is grey comes out exactly.
    bright: Floats = green + _RED * (red - green) + _BLUE * (blue - green)
    return bright


def blended(images: Floats, others: Floats, share: Floats) -> Floats:
    """Return images a share of the way to others: exactly the one at 0, exactly the other at 1.

    Args:
        images: (n, ...).
        others: Broadcasts to the same shape.
        share: (n,) from 0 to 1.
    """
    weight = share.reshape(-1, *[1] * (images.ndim - 1))
    mixed: Floats = (1 - weight) * images + weight * others
    return mixed
