"""Snow that falls in streaks over a paler scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._colours import COLOURS, luma
from pytest_robust.transforms.image._corruption import (
    BySize,
    Constants,
    Levels,
    check_corruption,
    from_unit,
    to_unit,
)
from pytest_robust.transforms.image._layers import enlarging, normal, spread
from pytest_robust.transforms.image._separable import one_thread
from pytest_robust.transforms.image._smear import smeared

__all__ = ["Snow"]


@dataclass(frozen=True)
class _Fall:
    """How it snows.

    Args:
        mean: Of the normal values that flakes are the largest of.
        deviation: Of these.
        size: Pixels that a value is stretched over.
        threshold: Values below it are no flakes.
        radius: Half the length of a flake's way, in pixels.
        sigma: Deviation of the bell curve that the way fades by, in pixels.
        clear: The share of the scene that does not pale.
    """

    mean: float
    deviation: float
    size: float
    threshold: float
    radius: int
    sigma: float
    clear: float


_FALL = Levels(
    imagenet=(
        _Fall(0.1, 0.3, 3, 0.5, 10, 4, 0.8),
        _Fall(0.2, 0.3, 2, 0.5, 12, 4, 0.7),
        _Fall(0.55, 0.3, 4, 0.9, 12, 8, 0.7),
        _Fall(0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
        _Fall(0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
    ),
    cifar=(
        _Fall(0.1, 0.2, 1, 0.6, 8, 3, 0.95),
        _Fall(0.1, 0.2, 1, 0.5, 10, 4, 0.9),
        _Fall(0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
        _Fall(0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
        _Fall(0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    ),
)
# Degrees: upwards, by up to 45 to both sides.
_STEEP = (-135, -45)


@dataclass(frozen=True, kw_only=True, repr=False)
class Snow(Transform):
    """Let flakes fall along one slanted direction, drawn for each example, and pale the scene.

    The flakes fall once more on the image turned upside down, as in the benchmarks. The alpha of
    images with four channels stays.

    Args:
        severity: That of the corruption benchmarks, from 1, mild, to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> Snow(severity=3)
        Snow(severity=3)

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
        """Return the images in the snow."""
        unit = to_unit(self, batch)
        fall = self.constants.of(_FALL, self.severity, unit)
        with one_thread():
            for part in blocks(len(unit), unit.shape[1:3]):
                flakes = _flakes(fall, streams.rows(part), unit.shape[1:3])
                _lay(flakes + flakes[:, ::-1, ::-1], unit[part, ..., :COLOURS], fall.clear)
        return from_unit(batch, unit)


def _flakes(fall: _Fall, streams: Streams, shape: tuple[int, ...]) -> Floats:
    height, width = shape
    rows, columns = enlarging(height, fall.size), enlarging(width, fall.size)
    drawn = normal(streams, "flakes", (rows.shape[1], columns.shape[1]))
    drawn *= np.float32(fall.deviation)
    drawn += np.float32(fall.mean)
    flakes = spread(drawn, rows, columns)
    flakes[flakes < fall.threshold] = 0
    np.clip(flakes, 0, 1, out=flakes)
    angle = streams.uniform("angle", (), *_STEEP)
    return smeared(flakes[..., None], angle, radius=fall.radius, sigma=fall.sigma)[:, :height, :width, 0]


def _lay(flakes: Floats, colours: Floats, clear: float) -> None:
    """Move (n, height, width, channels) colours towards white, and add the flakes."""
    bright = luma(colours) if colours.shape[-1] == COLOURS else colours
    white = np.float32(1.5) * bright[..., 0] + np.float32(0.5)
    # Channel by channel: NumPy's inner loop would be three values long.
    for channel in range(colours.shape[-1]):
        colour = colours[..., channel]
        colours[..., channel] = np.float32(clear) * colour + np.float32(1 - clear) * np.maximum(colour, white) + flakes
