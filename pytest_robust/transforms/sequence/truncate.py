"""Sequences that end early or begin late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import Amount, check_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.sequence._sequences import (
    check_inside,
    check_number,
    drawn,
    sequences_of,
    with_sequences,
)
from pytest_robust.transforms.sequence._side import Right, Side, check_side

__all__ = ["Truncate"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Truncate(Transform):
    """Cut steps off one end; padding stands in their place.

    Works on token ids (n, steps) and on readings (n, steps) or (n, steps, features). A step
    whose entries all equal `pad` is padding, as Keras' Masking has it, and an example's length
    is that from its first to its last step that is not.

    Args:
        share: The share of the example's length that is cut off, from 0 to 1, rounded to whole
            steps. `Between(low, high)` draws one for each example.
        side: Which end is cut: `Right()` keeps the start, `Left()` the end.
        pad: What stands in the place of a lost step, in the inputs' own unit.

    Raises:
        InvalidArgument: `share` is not in [0, 1], `side` is no side, or `pad` is not a finite number.

    Examples:
        >>> from pytest_robust.transforms import Left
        >>> Truncate(share=0.25)
        Truncate(share=0.25)
        >>> Truncate(share=0.25, side=Left(), pad=1)
        Truncate(share=0.25, side=Left(), pad=1)
    """

    share: Amount = strength(strongest=0.9)
    side: Side = Right()
    pad: float = 0

    def __post_init__(self) -> None:
        """Validate."""
        check_share("share", self.share, most=1.0)
        check_side(self.side)
        check_number("pad", self.pad)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the shortened examples."""
        x = sequences_of(self, batch)
        check_inside(self, batch, pad=self.pad)
        short = np.array(x, dtype=np.float32, order="C")
        steps = self.side.last(short)
        real = (steps != np.float32(self.pad)).any(axis=2)
        begin = real.argmax(axis=1)[:, None]
        end = real.shape[1] - real[:, ::-1].argmax(axis=1)[:, None]
        cut = np.rint(drawn("share", self.share, streams) * (end - begin))
        # Not by a mask as an index, which NumPy turns into two integers a step.
        np.copyto(steps, np.float32(self.pad), where=(np.arange(real.shape[1]) >= end - cut)[..., None])
        return with_sequences(batch, short)
