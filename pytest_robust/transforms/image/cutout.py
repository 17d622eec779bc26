"""A square hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats, Mask
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, check_share, draw_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._colours import COLOURS

__all__ = ["Cutout"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Cutout(Transform):
    """Fill a square of each image with one value.

    Its centre is drawn uniformly over the image, so part of it may lie outside, as its authors
    found important. A larger share hides the same pixels and more. The alpha of images with
    four channels stays.

    Args:
        share: The square's side as a share of the image's shorter side, from 0 to 1, rounded
            to whole pixels; the paper's are 16 / 32 for CIFAR-10, 8 / 32 for CIFAR-100 and
            20 / 32 for SVHN. `Between(low, high)` draws one for each example.
        value: What it is filled with, as a share of the inputs' range, from 0 (black) to 1
            (white); in the inputs' own unit where they are unbounded. (The paper fills with
            the data's mean.)

    Raises:
        InvalidArgument: `share` or `value` is not in [0, 1].

    Examples:
        >>> Cutout(share=16 / 32)
        Cutout(share=0.5)

    References:
        DeVries and Taylor, "Improved Regularization of Convolutional Neural Networks with
        Cutout", 2017, arXiv:1708.04552.
    """

    share: Amount = strength(strongest=1.0)
    value: float = 0.5

    def __post_init__(self) -> None:
        """Validate."""
        check_share("share", self.share, most=1.0)
        value = self.value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise InvalidArgument(
                f"value={value!r} must be a share of the inputs' range, from 0 (black) to 1 (white); "
                "for grey levels of 0..255 divide by 255"
            )

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the images with a square hidden."""
        images = images_of(self, batch)
        height, width = images.shape[1:3]
        # float64: 16 / 32 of a side must be whole pixels.
        side = np.rint(draw_share("share", self.share, streams).astype(np.float64).round(6) * min(height, width))
        rows = _covered(streams.uniform("row"), side, height)
        columns = _covered(streams.uniform("column"), side, width)
        cut = np.array(images)
        cut[rows[:, :, None] & columns[:, None, :], :COLOURS] = batch.bounds.floor + self.value * batch.bounds.span
        return with_images(batch, cut)


def _covered(centre: Floats, side: Floats, size: int) -> Mask:
    """Return (n, size) which pixels along an axis the squares cover, given their centres as shares of it."""
    # Half open: of whole pixels exactly as many as the side, wherever the centre is.
    way = np.arange(size) + 0.5 - (centre.astype(np.float64) * size)[:, None]
    half = side[:, None] / 2
    covered: Mask = (-half <= way) & (way < half)
    return covered
