"""Fewer pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.batch import Batch
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, check_share, draw_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._coarse import coarse

__all__ = ["Downscale"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Downscale(Transform):
    """Resize each image to fewer pixels and back to its size: a far object, a poor lens, a thumbnail.

    Down by area: each of the fewer pixels is the mean of what it covers of the image, pixels
    covered in part counting in part (OpenCV's INTER_AREA). Up bilinearly: a pixel's centre
    lies between those of the fewer, the outermost of which go on to the edge (OpenCV's
    INTER_LINEAR, half-pixel centres).

    Args:
        lost: The share of the rows and of the columns that is lost, from 0 to 1: 0.75 keeps a
            quarter of each side, rounded to whole pixels, and at least one.
            `Between(low, high)` draws one for each example.

    Raises:
        InvalidArgument: `lost` is not in [0, 1].

    Examples:
        >>> Downscale(lost=0.75)
        Downscale(lost=0.75)
    """

    lost: Amount = strength(strongest=0.9)

    def __post_init__(self) -> None:
        """Validate."""
        check_share("lost", self.lost, most=1.0)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the coarser images."""
        images = images_of(self, batch)
        # float32's 0.9 of 20 pixels would leave a little more than 2: rounded first.
        kept = 1 - draw_share("lost", self.lost, streams).astype(np.float64).round(6)
        rows, columns = (np.maximum(np.rint(kept * side).astype(np.int64), 1) for side in images.shape[1:3])
        return with_images(batch, coarse(images, rows, columns))
