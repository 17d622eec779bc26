"""Readings that are sent twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Integers, Mask, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import Amount, check_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.sequence._features import check_features, columns
from pytest_robust.transforms.sequence._sequences import drawn, sequences_of, take_steps, with_sequences

__all__ = ["RepeatSteps"]


@dataclass(frozen=True, kw_only=True, repr=False)
class RepeatSteps(Transform):
    """Repeat some steps once; the rest move back, and those beyond the end are lost.

    The inputs are sequences of shape (n, steps) or (n, steps, features).

    Args:
        share: The expected share of steps that are repeated, from 0 to 1. A larger share
            repeats the same steps and more. `Between(low, high)` draws one for each example.
        features: Which features stutter, such as (0, 2), while the others go on; all without it.

    Raises:
        InvalidArgument: `share` is not in [0, 1], or `features` are none.

    Examples:
        >>> RepeatSteps(share=0.1)
        RepeatSteps(share=0.1)
    """

    share: Amount = strength(strongest=0.5)
    features: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Validate."""
        check_share("share", self.share, most=1.0)
        check_features(self.features)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the stuttering examples."""
        x = sequences_of(self, batch)
        chosen = columns(self, self.features, x)
        twice = streams.uniform("step", x.shape[1:2]) < drawn("share", self.share, streams)
        stuttering = np.array(x, dtype=np.float32, order="C")
        for part in blocks(len(x), x.shape[1:]):
            stuttering[part, :, chosen] = take_steps(x[part, :, chosen], _source(twice[part]))
        return with_sequences(batch, stuttering)


def _source(twice: Mask) -> Integers:
    """Return (n, steps) which step stands at each place."""
    steps = np.arange(twice.shape[1])
    # Each step moves back by as many as were repeated before it.
    place = steps + np.cumsum(twice, axis=1) - twice
    row, step = np.nonzero(place < len(steps))
    source = np.zeros(twice.shape, dtype=np.int64)
    source[row, place[row, step]] = step
    # A place that no step moved to holds the second of the step before.
    return np.maximum.accumulate(source, axis=1, out=source)
