"""Dead and saturated pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidData
from pytest_robust.core.images import CHANNELS
from pytest_robust.core.parameters import Amount, check_share, draw_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams

__all__ = ["SaltAndPepper"]

_COLOUR_RANK = 4


@dataclass(frozen=True, kw_only=True, repr=False)
class SaltAndPepper(Transform):
    """Set some entries to the highest possible value and as many to the lowest.

    Works on arrays of numbers of any shape. Of images (n, height, width, 1, 3 or 4) it sets
    whole pixels, all channels alike.

    Args:
        share: The expected share of entries that are set, from 0 to 1; half of them each way.
            A larger share sets the same entries and more. `Between(low, high)` draws one for
            each example.

    Raises:
        InvalidArgument: `share` is not in [0, 1].

    Examples:
        >>> SaltAndPepper(share=0.05)
        SaltAndPepper(share=0.05)
    """

    share: Amount = strength(strongest=0.5)

    def __post_init__(self) -> None:
        """Validate."""
        check_share("share", self.share, most=1.0)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the speckled examples."""
        x = batch.x
        if not (np.issubdtype(x.dtype, np.integer) or np.issubdtype(x.dtype, np.floating)):
            raise InvalidData(f"{self!r} changes numbers, and the inputs are {x.dtype}")
        if not batch.bounds.finite:
            raise InvalidData(
                f"{self!r} sets entries to the lowest and the highest value, and the inputs have no such limits; "
                "pass bounds=(lowest, highest) with the data"
            )
        places = x.shape[1:-1] if x.ndim == _COLOUR_RANK and x.shape[-1] in CHANNELS else x.shape[1:]
        place = streams.uniform("place", places)
        half = draw_share("share", self.share, streams).reshape(-1, *[1] * len(places)) / 2
        speckled = np.array(x, dtype=np.float32)
        np.clip(speckled, np.float32(batch.bounds.low), np.float32(batch.bounds.high), out=speckled)
        speckled[place < half] = batch.bounds.low
        speckled[place >= 1 - half] = batch.bounds.high
        return replace(batch, x=speckled)
