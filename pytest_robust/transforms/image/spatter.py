"""Drops of water and splashes of mud on the lens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats
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
from pytest_robust.transforms.image._drops import drops
from pytest_robust.transforms.image._layers import normal, spread
from pytest_robust.transforms.image._separable import gaussian, one_thread

__all__ = ["Spatter"]

_TURQUOISE = np.array([175, 238, 238], dtype=np.float32) / 255
_BROWN = (63, 42, 20)
_GREY = (63, 63, 63)
# Thinner mud than this is none.
_COVERING = 0.8
_TRUNCATE = 4.0


@dataclass(frozen=True)
class _Water:
    """Drops that shine.

    Args:
        mean: Of the normal values that drops are the largest of.
        deviation: Of these.
        sigma: Deviation of their smoothing, in pixels.
        threshold: Values below it are dry.
        shine: The most that a drop adds.
    """

    mean: float
    deviation: float
    sigma: float
    threshold: float
    shine: float

    def lay(self, layer: Floats, colours: Floats) -> None:
        """Lighten (n, height, width, channels) colours where a layer of liquid is not 0."""
        shining = drops(layer, shine=self.shine)
        for channel, share in enumerate(_like(colours, _TURQUOISE)):
            colours[..., channel] += share * shining


@dataclass(frozen=True)
class _Mud:
    """Splashes that cover.

    Args:
        mean: Of the normal values that splashes are the largest of.
        deviation: Of these.
        sigma: Deviation of their smoothing, in pixels.
        threshold: Values below it are clear.
        edge: Deviation of the smoothing of the splashes themselves, in pixels.
        colour: Red, green and blue from 0 to 255.
    """

    mean: float
    deviation: float
    sigma: float
    threshold: float
    edge: float
    colour: tuple[int, int, int] = _BROWN

    def lay(self, layer: Floats, colours: Floats) -> None:
        """Cover (n, height, width, channels) colours where a layer of liquid is not 0."""
        cover = _smoothed((layer > self.threshold).astype(np.float32), self.edge)
        cover[cover < _COVERING] = 0
        clear = 1 - cover
        for channel, share in enumerate(_like(colours, np.array(self.colour, dtype=np.float32) / 255)):
            colours[..., channel] = clear * colours[..., channel] + share * cover


_LIQUID: Levels[_Water | _Mud] = Levels(
    imagenet=(
        _Water(0.65, 0.3, 4, 0.69, 0.6),
        _Water(0.65, 0.3, 3, 0.68, 0.6),
        _Water(0.65, 0.3, 2, 0.68, 0.5),
        _Mud(0.65, 0.3, 1, 0.65, 1.5),
        _Mud(0.67, 0.4, 1, 0.65, 1.5),
    ),
    cifar=(
        _Water(0.62, 0.1, 0.7, 0.7, 0.5),
        _Water(0.65, 0.1, 0.8, 0.7, 0.5),
        _Water(0.65, 0.3, 1, 0.69, 0.5),
        _Mud(0.65, 0.1, 0.7, 0.69, 0.6),
        _Mud(0.65, 0.1, 0.5, 0.68, 0.6),
    ),
    mnist=(
        _Mud(0.65, 0.3, 4, 0.69, 0.6, _GREY),
        _Mud(0.65, 0.3, 3, 0.68, 0.6, _GREY),
        _Mud(0.65, 0.3, 2, 0.68, 0.5, _GREY),
        _Mud(0.65, 0.3, 1, 0.65, 1.5, _GREY),
        _Mud(0.67, 0.4, 1, 0.65, 1.5, _GREY),
    ),
)
# Pixels worked on together: many steps with small values, so that a block may be larger than in `blocks`.
_PIXELS = 2**16


@dataclass(frozen=True, kw_only=True, repr=False)
class Spatter(Transform):
    """Spatter the lens: severities 1 to 3 with drops of pale turquoise water, 4 and 5 with brown mud.

    With MNIST-C's constants all five are grey mud.
    The alpha of images with four channels stays.

    Args:
        severity: That of the corruption benchmarks, from 1 to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> Spatter(severity=3)
        Spatter(severity=3)

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
        """Return the images behind the drops."""
        unit = to_unit(self, batch)
        liquid = self.constants.of(_LIQUID, self.severity, unit)
        colours = unit[..., :COLOURS]
        step = max(1, _PIXELS // (unit.shape[1] * unit.shape[2]))
        with one_thread():
            for start in range(0, len(unit), step):
                part = slice(start, start + step)
                layer = _layer(liquid, streams.rows(part), unit.shape[1:3])
                liquid.lay(layer, colours[part])
        return from_unit(batch, unit)


def _layer(liquid: _Water | _Mud, streams: Streams, shape: tuple[int, ...]) -> Floats:
    """Return (n, height, width) how much liquid there is, 0 below the threshold."""
    height, width = shape
    layer = normal(streams, "liquid", (height, width))
    layer *= np.float32(liquid.deviation)
    layer += np.float32(liquid.mean)
    layer = _smoothed(layer, liquid.sigma)
    layer[layer < liquid.threshold] = 0
    return layer


def _smoothed(layer: Floats, sigma: float) -> Floats:
    rows, columns = (gaussian(side, sigma, truncate=_TRUNCATE, mode="nearest") for side in layer.shape[1:])
    return spread(layer, rows, columns)


def _like(colours: Floats, colour: Floats) -> Floats:
    """Return a colour in the channels that the images have."""
    return colour if colours.shape[-1] == COLOURS else luma(colour)
