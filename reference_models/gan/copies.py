"""Whether generated images are training images seen again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.gan.sampling import as_shares

__all__ = ["Nearest", "copied", "nearest"]


@dataclass(frozen=True, kw_only=True)
class Nearest:
    """The image of a set that is most like another.

    Args:
        row: (n,) which one it is.
        distance: (n,) root of the mean squared difference of a pixel.
    """

    row: NDArray[np.int64]
    distance: NDArray[np.float64]


def nearest(images: NDArray[Any], among: NDArray[Any]) -> Nearest:
    """Return the nearest of a set, for each image.

    Args:
        images: (n, ...) in [0, 1], or bytes.
        among: (m, ...) of the same shape.
    """
    one, many = (as_shares(each).reshape(len(each), -1) for each in (images, among))
    squared = (one**2).sum(axis=1)[:, None] - 2 * one @ many.T + (many**2).sum(axis=1)
    row = squared.argmin(axis=1)
    # Of the nearest once more, from the difference: the three sums above cancel where images are the same.
    difference = (one - many[row]).astype(np.float64)
    return Nearest(row=row, distance=np.sqrt((difference**2).mean(axis=1)))


def copied(
    images: NDArray[Any], *, learned: NDArray[Any], held_out: NDArray[Any], rate: float = 0.01
) -> NDArray[np.bool_]:
    """Return which images are nearer to a training image than images that nobody copied are.

    Nearer than all but a share of `rate` of the held-out images: of a generator as good as the world, so many
    samples are taken for copies.

    Args:
        images: (n, ...) the ones in doubt.
        learned: (m, ...) what the generator learned from.
        held_out: (k, ...) images of the same kind that it did not learn from.
        rate: Strictly between 0 and 1.

    References:
        Meehan, Chaudhuri and Dasgupta, "A Non-Parametric Test to Detect Data-Copying in Generative Models",
        AISTATS 2020, arXiv:2004.05675, for the comparison with held-out images.
    """
    if not 0 < rate < 1:
        raise ValueError(f"rate={rate!r}: must be strictly between 0 and 1")
    usual = np.quantile(nearest(held_out, learned).distance, rate)
    return np.asarray(nearest(images, learned).distance < usual)
