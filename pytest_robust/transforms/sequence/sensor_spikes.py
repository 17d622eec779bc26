"""Single readings far off."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Amount, check_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.sequence._features import check_features, check_scale, columns, scales
from pytest_robust.transforms.sequence._sequences import drawn, sequences_of, with_sequences

__all__ = ["SensorSpikes"]


@dataclass(frozen=True, kw_only=True, repr=False)
class SensorSpikes(Transform):
    """Let some readings jump up or down, each by itself.

    The inputs are readings of shape (n, steps) or (n, steps, features).

    Args:
        share: The expected share of readings that jump, from 0 to 1; half of them each way. A
            larger share lets the same readings jump and more. `Between(low, high)` draws one for
            each example.
        jump: How far, in scales, above 0. Bounds cut it off, so that 1, the whole span, drives a
            reading to its lowest or highest value.
        scale: What a jump of 1 is, in the inputs' own unit: a tuple with one number for each
            feature that changes, or with one for all. Without it, the span of the bounds; where
            they are not finite, the range of the example's own feature, its highest reading
            less its lowest, so that a flat one stays as it is.
        features: Which features have spikes, such as (0, 2); all without it.

    Raises:
        InvalidArgument: `share` is not in [0, 1], `jump` is not above 0, a scale is not
            positive, or `features` are none.

    Examples:
        >>> SensorSpikes(share=0.01)
        SensorSpikes(share=0.01)
        >>> SensorSpikes(share=0.01, jump=5, scale=(0.2, 9.81), features=(0, 2))
        SensorSpikes(share=0.01, jump=5, scale=(0.2, 9.81), features=(0, 2))
    """

    share: Amount = strength(strongest=0.2)
    jump: float = 1.0
    scale: tuple[float, ...] | None = None
    features: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Validate."""
        check_share("share", self.share, most=1.0)
        if (
            isinstance(self.jump, bool)
            or not isinstance(self.jump, (int, float))
            or not isfinite(self.jump)
            or self.jump <= 0
        ):
            raise InvalidArgument(f"jump={self.jump!r} must be a finite number of scales, above 0")
        check_features(self.features)
        check_scale(self.scale, self.features)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the examples with spikes."""
        x = sequences_of(self, batch)
        chosen = columns(self, self.features, x)
        far = np.float32(self.jump) * scales(self, self.scale, batch, x[..., chosen])
        # Of all features, so that one has the same spikes whichever others have.
        place = streams.uniform("place", x.shape[1:])[..., chosen]
        half = drawn("share", self.share, streams)[..., None] / 2
        spiky = np.array(x, dtype=np.float32, order="C")
        readings = x[..., chosen]
        # One draw says whether and which way.
        jumping = np.subtract(readings, far, out=np.array(readings), where=place < half)
        spiky[..., chosen] = np.add(readings, far, out=jumping, where=place >= 1 - half)
        return with_sequences(batch, spiky)
