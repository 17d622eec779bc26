"""Sensor noise: independent normal values on every entry."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidData
from pytest_robust.core.parameters import Amount, Exactly, check_share, draw, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams

__all__ = ["GaussianNoise"]


@dataclass(frozen=True, kw_only=True, repr=False)
class GaussianNoise(Transform):
    """Add independent normal noise to every entry, and clip to the bounds.

    Works on arrays of numbers of any shape.

    Args:
        sigma: The standard deviation as a share of the inputs' range (0.1 is 25.5 grey
            levels of 0..255), at least 0; in the inputs' own unit where they are unbounded.
            `Between(low, high)` draws one for each example.

    Raises:
        InvalidArgument: `sigma` is negative or not finite.

    Examples:
        >>> GaussianNoise(sigma=0.1)
        GaussianNoise(sigma=0.1)
    """

    sigma: Amount = strength(strongest=0.5)

    def __post_init__(self) -> None:
        """Validate."""
        check_share("sigma", self.sigma)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the noisy examples."""
        if not np.issubdtype(batch.x.dtype, np.number):
            raise InvalidData(f"{self!r} changes numbers, and the inputs are {batch.x.dtype}")
        # A plain number is the deviation itself, not a range around zero.
        amount = self.sigma if not isinstance(self.sigma, (int, float)) else Exactly(self.sigma)
        sigma = draw("sigma", amount, streams) * np.float32(batch.bounds.span)
        noisy = streams.normal("noise", batch.x.shape[1:])
        noisy *= sigma.reshape(-1, *[1] * (batch.x.ndim - 1))
        noisy += batch.x
        return replace(batch, x=batch.bounds.clip(noisy))
