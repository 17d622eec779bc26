"""Padding in front of a sequence or behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import Amount, check_share, itself, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.sequence._sequences import (
    check_inside,
    check_number,
    sequences_of,
    take_steps,
    with_sequences,
)
from pytest_robust.transforms.sequence._side import Left, Side, check_side
from pytest_robust.transforms.sequence._steps import check_share_or_steps, whole_steps

__all__ = ["Pad"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Pad(Transform):
    """Add padding at one side: the steps move to the other, and those beyond the end are lost.

    Works on token ids (n, steps) and on readings (n, steps) or (n, steps, features).

    Args:
        share: How much is added, as a share of all steps, from 0 to 1, rounded to whole steps.
            `Between(low, high)` draws one for each example.
        steps: In place of `share`, the number of steps, at least 0.
        side: Where it is added: `Left()` in front, so that everything comes later, or `Right()`.
        pad: What is added, in the inputs' own unit.

    Raises:
        InvalidArgument: Not exactly one of `share` and `steps` is given, one is outside its
            range, `side` is no side, or `pad` is not a finite number.

    Examples:
        >>> from pytest_robust.transforms import Right
        >>> Pad(share=0.25)
        Pad(share=0.25)
        >>> Pad(steps=2, side=Right())
        Pad(steps=2, side=Right())
    """

    share: Amount | None = strength(strongest=0.5, default=None)
    steps: Amount | None = field(default=None, metadata={"neutral": 0.0})
    side: Side = Left()
    pad: float = 0

    def __post_init__(self) -> None:
        """Validate."""
        check_share_or_steps(self, self.share, self.steps)
        if self.share is not None:
            check_share("share", self.share, most=1.0)
        if self.steps is not None:
            check_share("steps", self.steps)
        check_side(self.side)
        check_number("pad", self.pad)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the padded examples."""
        x = sequences_of(self, batch)
        check_inside(self, batch, pad=self.pad)
        share, steps = (None if one is None else itself(one) for one in (self.share, self.steps))
        added = whole_steps(share, steps, streams, x.shape[1])
        padded = np.empty(x.shape, dtype=np.float32)
        ahead, behind = self.side.last(x), self.side.last(padded)
        for part in blocks(len(x), x.shape[1:]):
            behind[part] = _moved(ahead[part], added[part], self.pad)
        return with_sequences(batch, padded)


def _moved(x: NDArray[np.float32], by: NDArray[np.integer], pad: float) -> NDArray[np.float32]:
    """Return the steps from `by` on, with padding behind them."""
    source = np.arange(x.shape[1]) + by[:, None]
    moved = take_steps(x, np.minimum(source, x.shape[1] - 1))
    moved[source >= x.shape[1]] = pad
    return moved
