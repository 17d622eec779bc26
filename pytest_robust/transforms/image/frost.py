"""Frost on the window in front of a scene."""

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
from pytest_robust.transforms.image._layers import normal, spread
from pytest_robust.transforms.image._separable import one_thread

__all__ = ["Frost"]

# The shares of the image and of the frost, which add up to more than 1.
_CLEAR = Levels(imagenet=(1.0, 0.8, 0.7, 0.65, 0.6), cifar=(1.0, 1.0, 0.9, 0.85, 0.75))
_FROST = Levels(imagenet=(0.4, 0.6, 0.7, 0.7, 0.75), cifar=(0.2, 0.3, 0.4, 0.4, 0.45))
# The photographs' size; CIFAR-10-C takes a pixel of five.
_SIZE = Levels(imagenet=(1.0, 1.0, 1.0, 1.0, 1.0), cifar=(0.2, 0.2, 0.2, 0.2, 0.2))

# Mean and deviation of red, green and blue in the five photographs that the benchmarks draw
# from, two of which are the same.
_MEAN = np.array(
    [[0.31, 0.58, 0.65], [0.79, 0.81, 0.84], [0.79, 0.81, 0.84], [0.54, 0.60, 0.65], [0.44, 0.48, 0.53]],
    dtype=np.float32,
)
_DEVIATION = np.array(
    [[0.10, 0.06, 0.06], [0.08, 0.09, 0.09], [0.08, 0.09, 0.09], [0.11, 0.11, 0.12], [0.17, 0.17, 0.16]],
    dtype=np.float32,
)
# Pixels. From each scale to twice it, the variance in a window of the photographs grows by
# about a tenth of the whole: so all scales are laid on equally.
_SCALES = tuple(2.0**octave for octave in range(9))


@dataclass(frozen=True, kw_only=True, repr=False)
class Frost(Transform):
    """Add a frosted pane to an image, one of five sorts drawn for each example.

    The benchmarks add a piece of one of five photographs. These textures are drawn instead, with the
    photographs' mean and deviation in each colour, and details of every size as in these. The alpha of images
    with four channels stays.

    Args:
        severity: That of the corruption benchmarks, from 1, mild, to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> Frost(severity=3)
        Frost(severity=3)

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
        """Return the images behind the pane."""
        unit = to_unit(self, batch)
        clear = np.float32(self.constants.of(_CLEAR, self.severity, unit))
        thickness = np.float32(self.constants.of(_FROST, self.severity, unit))
        size = self.constants.of(_SIZE, self.severity, unit)
        sort = streams.integers("sort", 0, len(_MEAN))
        with one_thread():
            for part in blocks(len(unit), unit.shape[1:3]):
                pane = _pane(streams.rows(part), unit.shape[1:3], size)
                colours = unit[part, ..., :COLOURS]
                mean, deviation = (_like(colours, table[sort[part]]) for table in (_MEAN, _DEVIATION))
                for channel in range(colours.shape[-1]):
                    frost = np.clip(mean[..., channel] + deviation[..., channel] * pane, 0, 1)
                    colours[..., channel] = clear * colours[..., channel] + thickness * frost
        return from_unit(batch, unit)


def _like(colours: Floats, values: Floats) -> Floats:
    """Return (n, 1, 1, channels) values of the colours' channels, given (n, 3) of red, green and blue."""
    values = values[:, None, None, :]
    return values if colours.shape[-1] == COLOURS else luma(values)


def _pane(streams: Streams, shape: tuple[int, ...], size: float) -> Floats:
    """Return (n, height, width) fields, standard normal at every pixel, rough at every scale."""
    height, width = shape
    pane = np.zeros((len(streams), height, width), dtype=np.float32)
    for scale in _SCALES:
        rows, columns = (_between(side, max(1.0, scale * size)) for side in (height, width))
        pane += spread(normal(streams, f"scale {scale:g}", (rows.shape[1], columns.shape[1])), rows, columns)
    pane /= np.float32(len(_SCALES) ** 0.5)
    return pane


def _between(side: int, step: float) -> Floats:
    """Return the (side, knots) matrix that goes straight from knot to knot, `step` pixels apart.

    Its rows have length 1, so that the mean of two knots has no less variance than a knot.
    """
    at = np.arange(side) / step
    before = np.floor(at).astype(np.int64)
    matrix = np.zeros((side, before[-1] + 2), dtype=np.float32)
    matrix[np.arange(side), before] = 1 - (at - before)
    matrix[np.arange(side), before + 1] = at - before
    length: Floats = np.sqrt((matrix**2).sum(axis=1, keepdims=True))
    return matrix / length
