"""Sensors that drift away from what they measure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import Amount, check_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.sequence._features import check_features, check_scale, columns, scales
from pytest_robust.transforms.sequence._path import Linear, Path, check_path
from pytest_robust.transforms.sequence._sequences import drawn, sequences_of, with_sequences

__all__ = ["SensorDrift"]


@dataclass(frozen=True, kw_only=True, repr=False)
class SensorDrift(Transform):
    """Add a drift to readings that is nothing at the first step and grows to the last.

    The inputs are readings of shape (n, steps) or (n, steps, features).

    Args:
        share: How large the drift is at the last step, at least 0, as a share of the feature's
            scale. `Between(low, high)` draws one for each example. A larger share drifts the
            same way, further.
        path: How it gets there: `Linear()`, by a straight line up or down, drawn for each
            example and feature; or `RandomWalk()`, where the share is its standard deviation at
            the last step.
        scale: What a share of 1 is, in the inputs' own unit: a tuple with one number for each
            feature that changes, or with one for all. Without it, the span of the bounds; where
            they are not finite, the range of the example's own feature, its highest reading
            less its lowest, so that a flat one stays as it is.
        features: Which features drift, such as (0, 2); all without it.

    Raises:
        InvalidArgument: `share` is negative or not finite, `path` is no path, a scale is not
            positive, or `features` are none.

    Examples:
        >>> from pytest_robust.transforms import RandomWalk
        >>> SensorDrift(share=0.1)
        SensorDrift(share=0.1)
        >>> SensorDrift(share=0.5, path=RandomWalk(), scale=(9.81,), features=(0, 1, 2))
        SensorDrift(share=0.5, path=RandomWalk(), scale=(9.81,), features=(0, 1, 2))
    """

    share: Amount = strength(strongest=0.5)
    path: Path = Linear()
    scale: tuple[float, ...] | None = None
    features: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Validate."""
        check_share("share", self.share)
        check_path(self.path)
        check_features(self.features)
        check_scale(self.scale, self.features)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the drifting examples."""
        x = sequences_of(self, batch)
        chosen = columns(self, self.features, x)
        unit = scales(self, self.scale, batch, x[..., chosen])
        drifting = np.array(x, dtype=np.float32, order="C")
        # Of all features, so that one drifts the same whichever others do.
        offset = self.path.drawn(streams, x.shape[1], x.shape[2])[..., chosen]
        offset *= drawn("share", self.share, streams)[..., None] * unit
        drifting[..., chosen] += offset
        return with_sequences(batch, drifting)
