"""Fog: a bright cloud in front of a scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._colours import COLOURS
from pytest_robust.transforms.image._corruption import (
    BySize,
    Constants,
    Levels,
    check_corruption,
    from_unit,
    to_unit,
)
from pytest_robust.transforms.image._plasma import plasma

__all__ = ["Fog"]

# How much thicker than white, and by what the roughness falls from each scale to the next finer.
_THICKNESS = Levels(imagenet=(1.5, 2.0, 2.5, 2.5, 3.0), cifar=(0.2, 0.5, 0.75, 1.0, 1.5))
_DECAY = Levels(imagenet=(2.0, 2.0, 1.7, 1.5, 1.4), cifar=(3.0, 3.0, 2.5, 2.0, 1.75))


@dataclass(frozen=True, kw_only=True, repr=False)
class Fog(Transform):
    """Add a plasma fractal to an image, and dim both so that its brightest value keeps its place.

    So an image that is all black stays so. The alpha of images with four channels stays.

    Args:
        severity: That of the corruption benchmarks, from 1, mild, to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> Fog(severity=3)
        Fog(severity=3)

    References:
        Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
        and Perturbations", ICLR 2019, arXiv:1903.12261.
    """

    severity: int = severity_field()
    constants: Constants = BySize()

    def __post_init__(self) -> None:
        """Validate."""
        check_corruption(self.severity, self.constants)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the images in the fog."""
        unit = to_unit(self, batch)
        thickness = np.float32(self.constants.of(_THICKNESS, self.severity, unit))
        decay = self.constants.of(_DECAY, self.severity, unit)
        height, width = unit.shape[1:3]
        for part in blocks(len(unit), (height, width)):
            fog = plasma(streams.rows(part), max(height, width), decay=decay)[:, :height, :width]
            _lay(thickness * fog, unit[part, ..., :COLOURS], thickness)
        return from_unit(batch, unit)


def _lay(fog: Floats, colours: Floats, thickness: np.float32) -> None:
    brightest = colours.max(axis=(1, 2, 3))[:, None, None]
    dimmed = brightest / (brightest + thickness)
    # Channel by channel: NumPy's inner loop would be three values long.
    for channel in range(colours.shape[-1]):
        colours[..., channel] = (colours[..., channel] + fog) * dimmed
