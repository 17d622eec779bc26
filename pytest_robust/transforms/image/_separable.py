"""Linear changes along the height and then along the width, as two products with small matrices."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Literal

import numpy as np
from scipy import ndimage
from threadpoolctl import ThreadpoolController

from pytest_robust.core.arrays import Floats

__all__ = ["gaussian", "one_thread", "separable"]


def one_thread() -> AbstractContextManager[object]:
    """Keep BLAS in this thread for a while.

    It shares products from about 64 pixels a side out, and waits for its threads in a busy loop:
    ten times as long as one thread takes, where another process wants the cores too.
    """
    limit: AbstractContextManager[object] = _blas().limit(limits=1)
    return limit


@cache
def _blas() -> ThreadpoolController:
    # Looking for the libraries takes 10 ms, setting their threads a hundredth of one.
    return ThreadpoolController().select(user_api="blas")


def separable(images: Floats, rows: Floats, columns: Floats) -> Floats:
    """Return images whose height was multiplied by one matrix and whose width by another.

    Each product is one call of BLAS for each image, always of the same size: a product of the
    whole batch would round an image differently in another batch.

    Args:
        images: (n, height, width, channels) float32, contiguous.
        rows: (height, height) float32.
        columns: (width, width) float32.

    Returns:
        (n, height, width, channels), a view with its axes in another order in memory.
    """
    n, height, width, channels = images.shape
    # The first product leaves the height last, where the second can reach the width: nothing is copied to turn it.
    turned = np.matmul(images.reshape(n, height, width * channels).swapaxes(1, 2), rows.T)
    done: Floats = np.matmul(columns, turned.reshape(n, width, channels * height))
    return done.reshape(n, width, channels, height).transpose(0, 3, 1, 2)


def gaussian(
    size: int, sigma: float, *, truncate: float = 4, mode: Literal["nearest", "reflect"] = "nearest"
) -> Floats:
    """Return the (size, size) float32 matrix of a Gaussian blur along an axis.

    Args:
        size: Pixels along the axis.
        sigma: Deviation in pixels.
        truncate: Where the kernel ends, in deviations.
        mode: What stands beyond the edge, in SciPy's words: its pixel, or the mirrored image.
    """
    blur: Floats = ndimage.gaussian_filter1d(np.eye(size), sigma, axis=0, truncate=truncate, mode=mode)
    return blur.astype(np.float32)
