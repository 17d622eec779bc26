"""Readings that do not arrive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import Amount, check_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.sequence._features import check_features, columns
from pytest_robust.transforms.sequence._gap import Gap, Hold, SetTo, check_gap
from pytest_robust.transforms.sequence._sequences import check_inside, drawn, sequences_of, with_sequences

__all__ = ["DropSteps"]


@dataclass(frozen=True, kw_only=True, repr=False)
class DropSteps(Transform):
    """Lose some steps of readings, all features of a step together.

    The inputs are readings of shape (n, steps) or (n, steps, features). At least one step of
    each example arrives.

    Args:
        share: The expected share of steps that are lost, from 0 to 1. A larger share loses the
            same steps and more. `Between(low, high)` draws one for each example.
        gap: What stands in their place: `Hold()` the last reading that arrived, `Interpolate()`
            a line between its neighbours, or `SetTo(value)`.
        features: Which features are lost, such as (0, 2), while the others arrive; all without it.

    Raises:
        InvalidArgument: `share` is not in [0, 1], `gap` fills no gap, or `features` are none.

    Examples:
        >>> DropSteps(share=0.1)
        DropSteps(share=0.1)
        >>> DropSteps(share=0.1, gap=SetTo(0), features=(0, 2))
        DropSteps(share=0.1, gap=SetTo(value=0), features=(0, 2))
    """

    share: Amount = strength(strongest=0.9)
    gap: Gap = Hold()
    features: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Validate."""
        check_share("share", self.share, most=1.0)
        check_gap(self.gap)
        check_features(self.features)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the examples with gaps filled."""
        x = sequences_of(self, batch)
        chosen = columns(self, self.features, x)
        if isinstance(self.gap, SetTo):
            check_inside(self, batch, value=self.gap.value)
        luck = streams.uniform("step", x.shape[1:2])
        # What is luckiest arrives even where everything else is lost: a gap needs an edge.
        kept = (luck >= drawn("share", self.share, streams)) | (luck == luck.max(axis=1, keepdims=True))
        filled = np.array(x, dtype=np.float32, order="C")
        for part in blocks(len(x), x.shape[1:]):
            filled[part, :, chosen] = self.gap.filled(x[part, :, chosen], kept[part])
        return with_sequences(batch, filled)
