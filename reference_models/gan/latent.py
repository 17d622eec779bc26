"""Changes of latent vectors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri

from pytest_robust.core.batch import Batch
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from reference_models.gan.sampling import CLASSES

__all__ = ["Truncation"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Truncation(Transform):
    """Draw normal numbers anew that lie farther out than a threshold, until they do not: the truncation trick.

    Images become more usual, and less varied. The digit that is asked for stays.

    Args:
        within: The threshold, in standard deviations, above 0.

    Raises:
        ValueError: It is not above 0.

    References:
        Brock, Donahue and Simonyan, "Large Scale GAN Training for High Fidelity Natural Image Synthesis",
        ICLR 2019, arXiv:1809.11096, section 3.1.
    """

    within: float

    def __post_init__(self) -> None:
        """Validate."""
        if not self.within > 0:
            raise ValueError(f"Truncation(within={self.within!r}): must be above 0")

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the vectors with all numbers within the threshold."""
        # In one draw what drawing until it fits comes to: a normal number, given that it is within.
        low = ndtr(-self.within)
        share = streams.uniform("truncated", batch.x.shape[1:])
        inside = ndtri(low + share * (1 - 2 * low))
        far = np.abs(batch.x) > self.within
        far[:, -CLASSES:] = False
        return replace(batch, x=np.where(far, inside, batch.x).astype(np.float32))
