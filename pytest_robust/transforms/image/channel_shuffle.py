"""Colours in another order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from pytest_robust.core.arrays import blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, check_share, draw_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._colours import COLOURS, blended, coloured

__all__ = ["ChannelShuffle"]

# Without the first, which is the order they have.
_ORDERS = list(permutations(range(COLOURS)))[1:]


@dataclass(frozen=True, kw_only=True, repr=False)
class ChannelShuffle(Transform):
    """Put red, green and blue of each image into another order, drawn from the other five.

    Exchanged red and blue, the most common accident, is one of them. The alpha of images
    with four channels stays.

    Args:
        share: How far each colour goes towards the one whose place it takes, from 0 to 1,
            where they are exchanged. `Between(low, high)` draws one for each example.

    Raises:
        InvalidArgument: `share` is not in [0, 1].

    Examples:
        >>> ChannelShuffle()
        ChannelShuffle()
    """

    share: Amount = strength(strongest=1.0, default=1.0)

    def __post_init__(self) -> None:
        """Validate."""
        check_share("share", self.share, most=1.0)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the images with shuffled colours.

        Raises:
            InvalidData: They are no images, or grey.
        """
        images = images_of(self, batch)
        colours = coloured(self, images)
        share = draw_share("share", self.share, streams)
        order = np.array(_ORDERS)[streams.integers("order", 0, len(_ORDERS))]
        shuffled = np.array(images)
        for target, source in permutations(range(COLOURS), 2):
            rows = np.flatnonzero(order[:, target] == source)
            for part in blocks(len(rows), images.shape[1:3]):
                chosen = rows[part]
                pair = colours[chosen, ..., target], colours[chosen, ..., source]
                shuffled[chosen, ..., target] = blended(*pair, share[chosen])
        return with_images(batch, shuffled)
