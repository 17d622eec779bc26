"""Colour removed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, check_share, draw_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._colours import COLOURS, blended, coloured, luma, planes

__all__ = ["Grey"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Grey(Transform):
    """Take the colour out of each image, and keep its luma.

    The luma is 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601), as in JPEG files. The
    alpha of images with four channels stays.

    Args:
        share: How much of the colour goes, from 0 to 1 (grey). `Between(low, high)` draws one
            for each example.

    Raises:
        InvalidArgument: `share` is not in [0, 1].

    Examples:
        >>> Grey(share=0.5)
        Grey(share=0.5)
        >>> Grey()
        Grey()
    """

    share: Amount = strength(strongest=1.0, default=1.0)

    def __post_init__(self) -> None:
        """Validate."""
        check_share("share", self.share, most=1.0)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the greyer images.

        Raises:
            InvalidData: They are no images, or grey.
        """
        images = images_of(self, batch)
        colours = coloured(self, images)
        share = draw_share("share", self.share, streams)
        greyer = np.array(images)
        for part in blocks(len(images), images.shape[1:]):
            here = planes(colours[part])
            greyer[part, ..., :COLOURS] = blended(here, luma(here), share[part])
        return with_images(batch, greyer)
