"""Too much light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.images import with_images
from pytest_robust.core.parameters import Amount, check_share, draw_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._colours import COLOURS
from pytest_robust.transforms.image._corruption import ranged
from pytest_robust.transforms.image._exposure import GAMMA, check_positive

__all__ = ["Overexposure"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Overexposure(Transform):
    """Expose each image longer, and clip the highlights.

    Light is the value above black to the power of gamma, each stop doubles it, and what then
    exceeds white is white. The alpha of images with four channels stays.

    Args:
        stops: How many f-stops more light, at least 0. `Between(low, high)` draws them for
            each example.
        gamma: How values stand for light, above 0: 2.2 for photographs as they are shown, 1
            where values are light.

    Raises:
        InvalidArgument: `stops` is negative or not finite, or `gamma` is not above 0.

    Examples:
        >>> Overexposure(stops=1.5)
        Overexposure(stops=1.5)
    """

    stops: Amount = strength(strongest=4)
    gamma: float = GAMMA

    def __post_init__(self) -> None:
        """Validate."""
        check_share("stops", self.stops)
        check_positive("gamma", self.gamma, "the power of a value that its light goes with, 2.2 for photographs")

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the lighter images.

        Raises:
            InvalidData: They are no images, or have no range of values.
        """
        images = ranged(self, batch)
        # (value ** gamma * 2 ** stops) ** (1 / gamma) is a factor on the value.
        factor = np.exp2(draw_share("stops", self.stops, streams) / np.float32(self.gamma))[:, None, None, None]
        black = np.float32(batch.bounds.low)
        lighter = np.array(images)
        for part in blocks(len(images), images.shape[1:]):
            colours = images[part, ..., :COLOURS]
            # In this form a factor of 1 changes no bit.
            lighter[part, ..., :COLOURS] = colours + (factor[part] - 1) * (colours - black)
        return with_images(batch, lighter)
