"""Readings that come earlier or later."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Integers, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.fill import Fill, Nearest, check_fill
from pytest_robust.core.parameters import Amount, amount_range, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.sequence._features import check_features, columns
from pytest_robust.transforms.sequence._sequences import sequences_of, take_steps, with_sequences
from pytest_robust.transforms.sequence._steps import check_share_or_steps, whole_steps

__all__ = ["TimeShift"]


@dataclass(frozen=True, kw_only=True, repr=False)
class TimeShift(Transform):
    """Shift readings in time by whole steps.

    The inputs are readings of shape (n, steps) or (n, steps, features).

    Args:
        share: How far, as a share of all steps, rounded to whole steps; above 0 is later. A
            number r draws one for each example from -r to r; `Exactly(0.1)` shifts all alike,
            `Between(low, high)` has other ends.
        steps: In place of `share`, the number of steps.
        fill: What stands where readings were moved away: `Nearest()`, `Reflect()`, `Wrap()` or
            `Constant(value)`.
        features: Which features shift, such as (0, 2), while the others stay; all without it.

    Raises:
        InvalidArgument: Not exactly one of `share` and `steps` is given, one is a negative
            range or not finite, `fill` is no fill, or `features` are none.

    Examples:
        >>> from pytest_robust import Exactly
        >>> from pytest_robust.transforms import Wrap
        >>> TimeShift(share=0.1)
        TimeShift(share=0.1)
        >>> TimeShift(steps=Exactly(3), fill=Wrap(), features=(0,))
        TimeShift(steps=Exactly(3), fill=Wrap(), features=(0,))
    """

    share: Amount | None = strength(strongest=0.5, default=None)
    steps: Amount | None = field(default=None, metadata={"neutral": 0.0})
    fill: Fill = Nearest()
    features: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Validate."""
        check_share_or_steps(self, self.share, self.steps)
        if self.share is not None:
            amount_range("share", self.share)
        if self.steps is not None:
            amount_range("steps", self.steps)
        check_fill(self.fill)
        check_features(self.features)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the shifted examples."""
        x = sequences_of(self, batch)
        chosen = columns(self, self.features, x)
        later = whole_steps(self.share, self.steps, streams, x.shape[1])
        shifted = np.array(x, dtype=np.float32, order="C")
        for part in blocks(len(x), x.shape[1:]):
            shifted[part, :, chosen] = self._shifted(x[part, :, chosen], later[part])
        return with_sequences(batch, shifted)

    def _shifted(self, x: NDArray[np.float32], later: Integers) -> NDArray[np.float32]:
        # Images one pixel wide with time as their height: a fill then means what it does there.
        at = (np.arange(x.shape[1]) - later[:, None]).astype(np.float32)
        source = self.fill.folded(at, x.shape[1]).astype(np.int64)
        column = int(self.fill.folded(np.zeros(1, dtype=np.float32), 1)[0])
        return take_steps(self.fill.bordered(x[:, :, None])[:, :, column], source)
