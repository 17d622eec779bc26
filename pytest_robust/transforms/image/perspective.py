"""Seen from another side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.fill import Fill, Nearest, check_fill
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, amount_range, draw, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.projective import project, toward_corners
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._boxes import with_boxes

__all__ = ["Perspective"]

_CORNERS = {"upper left": (-1, -1), "upper right": (-1, 1), "lower right": (1, 1), "lower left": (1, -1)}


@dataclass(frozen=True, kw_only=True, repr=False)
class Perspective(Transform):
    """See each image as a plane from another side: move its four corners, interpolate bilinearly.

    Args:
        shift: How far each corner moves along the height, as a share of the height, and along
            the width, as a share of the width: inwards above 0, outwards below. A number r
            below 0.25 draws these eight for each example from -r to r; `Exactly(0.1)` moves
            all corners inwards alike, `Between(0, 0.2)` inwards only, as torchvision's
            RandomPerspective(distortion_scale=0.4) does.
        fill: What stands where the image was: `Nearest()`, `Reflect()`, `Wrap()` or
            `Constant(value)`.

    Raises:
        InvalidArgument: `shift` is a negative range, not finite or so large that a corner can
            fold over the others, or `fill` is no fill.

    Examples:
        >>> Perspective(shift=0.1)
        Perspective(shift=0.1)
    """

    shift: Amount = strength(strongest=0.2)
    fill: Fill = Nearest()

    def __post_init__(self) -> None:
        """Validate."""
        shift = amount_range("shift", self.shift)
        # The worst case: one corner all the way in, and its two neighbours in along the one
        # side and out along the other. Then it lies on the line between them.
        if 3 * shift.high - shift.low >= 1:
            raise InvalidArgument(
                f"shift={self.shift!r} draws shares of a side from {shift.low:g} to {shift.high:g}, where a corner can "
                "fold over the others; three times the largest less the smallest must be below 1, so give a range "
                "below 0.25, or Between(0, largest) below 1/3"
            )
        check_fill(self.fill)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the images from another side."""
        images = images_of(self, batch)
        inverse = toward_corners(self._corners(streams), *images.shape[1:3])
        return with_boxes(with_images(batch, project(images, inverse, self.fill)), inverse)

    def _corners(self, streams: Streams) -> NDArray[np.float64]:
        inward = [
            [draw(f"{corner} along the {axis}", self.shift, streams) for axis in ("height", "width")]
            for corner in _CORNERS
        ]
        # From the centre in halves of a side, so a share of the side counts twice.
        corners: NDArray[np.float64] = np.array(list(_CORNERS.values())) * (
            1 - 2 * np.moveaxis(np.array(inward, dtype=np.float64), -1, 0)
        )
        return corners
