"""Move, turn and stretch a whole batch of images at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.bilinear import Places, sample
from pytest_robust.core.fill import Fill

__all__ = ["identities", "resample"]


def identities(count: int) -> NDArray[np.float64]:
    """Return (count, 2, 3) matrices that change nothing."""
    return np.repeat(np.eye(2, 3)[None], count, axis=0)


def resample(images: NDArray[np.float32], inverse: NDArray[np.float64], fill: Fill) -> NDArray[np.float32]:
    """Return each image seen through its own affine map, interpolated bilinearly.

    Args:
        images: (n, height, width, channels), only read.
        inverse: (n, 2, 3) matrices from a pixel of the result to the place in the image it
            shows. Rows and columns are counted in pixels from the image's centre, downwards
            and to the right; the last column is the shift. An identity returns the image
            exactly.
        fill: What stands beyond the edges.
    """
    height, width = images.shape[1:3]

    def places(part: slice) -> Places:
        return Places(
            rows=_source(inverse[part, 0], height, width, centre=(height - 1) / 2),
            columns=_source(inverse[part, 1], height, width, centre=(width - 1) / 2),
        )

    return sample(images, places, fill)


def _source(line: NDArray[np.float64], height: int, width: int, *, centre: float) -> NDArray[np.float32]:
    """Return (n, height, width) coordinates along one axis, given (n, 3) rows of the matrices."""
    rows = line[:, :1] * (np.arange(height) - (height - 1) / 2) + line[:, 2:] + centre
    columns = line[:, 1:2] * (np.arange(width) - (width - 1) / 2)
    coordinates: NDArray[np.float32] = rows.astype(np.float32)[:, :, None] + columns.astype(np.float32)[:, None, :]
    return coordinates
