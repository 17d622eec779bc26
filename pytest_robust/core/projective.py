"""See a whole batch of images as planes from another side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.bilinear import Places, sample
from pytest_robust.core.fill import Fill

__all__ = ["project", "toward_corners"]

# The horizon is where the depth is 0, and what lies behind it is not seen. A millionth shows
# what is next to it, a million times farther than the edge.
_HORIZON = 1e-6


def project(images: NDArray[np.float32], inverse: NDArray[np.float64], fill: Fill) -> NDArray[np.float32]:
    """Return each image seen through its own projective map, interpolated bilinearly.

    Args:
        images: (n, height, width, channels), only read.
        inverse: (n, 3, 3) matrices from a pixel (row, column, 1) of the result to the place
            (row, column, depth) in the image it shows, up to the depth, which is positive
            wherever something is seen. Rows and columns are counted in pixels from the
            image's centre, downwards and to the right. An identity returns the image exactly.
        fill: What stands beyond the edges, up to the horizon and behind it.
    """
    height, width = images.shape[1:3]
    vertical, horizontal = np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2

    def places(part: slice) -> Places:
        across, along, depth = (
            (line[:, :1] * vertical)[:, :, None] + (line[:, 1:2] * horizontal + line[:, 2:])[:, None, :]
            for line in inverse[part].swapaxes(0, 1)
        )
        np.maximum(depth, _HORIZON, out=depth)
        rows, columns = across / depth + (height - 1) / 2, along / depth + (width - 1) / 2
        return Places(rows=rows.astype(np.float32), columns=columns.astype(np.float32))

    return sample(images, places, fill)


def toward_corners(corners: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Return (n, 3, 3) matrices for `project` that show each image with its corners elsewhere.

    Args:
        corners: (n, 4, 2) where the upper left, upper right, lower right and lower left
            corner come to lie, as (row, column) from the centre in halves of the height and
            the width: (-1, -1) is the upper left one's own place. They span a convex
            quadrangle around the centre.
        height: Of the images, in pixels.
        width: Of the images, in pixels.

    References:
        Heckbert, "Fundamentals of Texture Mapping and Image Warping", master's thesis,
        University of California, Berkeley 1989, section 2.2.3.
    """
    first, second, third, fourth = corners.swapaxes(0, 1)
    right, below, bend = second - third, fourth - third, first - second + third - fourth
    scale = _cross(right, below)
    tilt_across, tilt_down = (_cross(bend, below) / scale)[:, None], (_cross(right, bend) / scale)[:, None]
    across = second - first + tilt_across * second
    down = fourth - first + tilt_down * fourth
    # From the square of side 2 about the centre, not from the unit square: where no corner
    # moves, every number is exact, and so is the identity.
    forward = np.ones((len(corners), 3, 3))
    forward[:, :2] = np.stack([down / 2, across / 2, (down + across) / 2 + first], axis=2)
    forward[:, 2] = np.concatenate([tilt_down / 2, tilt_across / 2, 1 + (tilt_down + tilt_across) / 2], axis=1)
    sides = np.array([height / 2, width / 2, 1.0])
    inverse = _adjugate(forward) * (sides[:, None] / sides)
    scaled: NDArray[np.float64] = inverse / inverse[:, 2:, 2:]
    return scaled


def _cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    area: NDArray[np.float64] = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    return area


def _adjugate(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inverses of (n, 3, 3) matrices up to a factor, which a projective map does not feel."""
    columns = matrices.swapaxes(1, 2)
    return np.stack([np.cross(columns[:, (i + 1) % 3], columns[:, (i + 2) % 3]) for i in range(3)], axis=1)
