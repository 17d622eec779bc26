"""Richer and poorer colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._colours import coloured
from pytest_robust.transforms.image._corruption import (
    BySize,
    Constants,
    Levels,
    check_corruption,
    from_unit,
    to_unit,
)

__all__ = ["Saturate"]

# What the saturation is multiplied by, and what is added to it.
_FACTOR = Levels(imagenet=(0.3, 0.1, 2.0, 5.0, 20.0), cifar=(0.3, 0.1, 1.5, 2.0, 2.5))
_MORE = Levels(imagenet=(0.0, 0.0, 0.0, 0.1, 0.2), cifar=(0.0, 0.0, 0.0, 0.1, 0.2))


@dataclass(frozen=True, kw_only=True, repr=False)
class Saturate(Transform):
    """Change the saturation of HSV, and keep hue and value: severities 1 and 2 fade colours, 3 to 5 enrich them.

    Where a severity adds saturation, grey pixels turn reddish, as in the benchmarks: grey has the hue 0. The
    alpha of images with four channels stays; images with one are refused.

    Args:
        severity: That of the corruption benchmarks, from 1 to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> Saturate(severity=3)
        Saturate(severity=3)

    References:
        Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
        and Perturbations", ICLR 2019, arXiv:1903.12261.
    """

    severity: int = severity_field()
    constants: Constants = BySize()

    def __post_init__(self) -> None:
        """Validate."""
        check_corruption(self.severity, self.constants)

    def apply(self, batch: Batch, streams: Streams) -> Batch:  # noqa: ARG002 - nothing is drawn
        """Return the images in other colours.

        Raises:
            InvalidData: They are no images, or grey, or have no range of values.
        """
        unit = to_unit(self, batch)
        colours = coloured(self, unit)
        factor = np.float32(self.constants.of(_FACTOR, self.severity, unit))
        more = np.float32(self.constants.of(_MORE, self.severity, unit))
        for part in blocks(len(unit), unit.shape[1:3]):
            _saturate(colours[part], factor, more)
        return from_unit(batch, unit)


def _saturate(colours: Floats, factor: np.float32, more: np.float32) -> None:
    red, green, blue = (colours[..., channel] for channel in range(3))
    value = np.maximum(np.maximum(red, green), blue)
    spread = value - np.minimum(np.minimum(red, green), blue)
    grey = spread == 0
    # Saturation is spread over value. Their quotient the other way round stays below 2**24: two
    # different float32 values are no closer.
    inverse = value / np.where(grey, 1, spread)
    richer = np.clip(factor / np.where(grey, 1, inverse) + more, 0, 1)
    # At the same value and hue, the distances from the largest channel grow with the saturation.
    growth = richer * inverse
    for channel in range(3):
        colours[..., channel] += (value - colours[..., channel]) * (1 - growth)
    tint = value[grey] * np.clip(more, 0, 1)
    green[grey] -= tint
    blue[grey] -= tint
