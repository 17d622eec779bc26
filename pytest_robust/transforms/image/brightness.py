"""Lighter and darker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, amount_range, draw, severity_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._colours import COLOURS
from pytest_robust.transforms.image._corruption import (
    BySize,
    Constants,
    Levels,
    check_either,
    from_unit,
    to_unit,
)

__all__ = ["Brightness"]

_MORE = Levels(imagenet=(0.1, 0.2, 0.3, 0.4, 0.5), cifar=(0.05, 0.1, 0.15, 0.2, 0.3))
# Far below the smallest grey level, and far above where a quotient of float32 values overflows.
_BLACK = 1e-9


@dataclass(frozen=True, kw_only=True, repr=False)
class Brightness(Transform):
    """Make each image lighter or darker, and clip to the bounds.

    With a shift, the same value is added to every entry, as Keras' RandomBrightness layer does.
    (ImageDataGenerator multiplies instead, which means nothing where black is not 0.) With a
    severity, the value of HSV grows, as in the corruption benchmarks: hue and saturation stay, so
    the darker channels of a colour grow less. The alpha of images with four channels then stays.

    Args:
        shift: The value as a share of the inputs' range, from -1 (all black) to 1 (all
            white); in the inputs' own unit where they are unbounded. A number r draws one
            for each example from -r to r; `Exactly(v)` is one shift, `Between(low, high)`
            has other ends.
        severity: In place of `shift`, that of the corruption benchmarks, from 1 to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `shift` is a negative range, not finite or beyond 1, `severity` is not
            from 1 to 5, or not exactly one of the two is given.

    Examples:
        >>> Brightness(shift=0.2)
        Brightness(shift=0.2)
        >>> Brightness(severity=3)
        Brightness(severity=3)

    References:
        Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
        and Perturbations", ICLR 2019, arXiv:1903.12261.
    """

    shift: Amount | None = strength(strongest=0.5, default=None)
    severity: int | None = severity_field(default=None)
    constants: Constants = BySize()

    def __post_init__(self) -> None:
        """Validate."""
        check_either(self, "shift")
        if self.shift is None:
            return
        shift = amount_range("shift", self.shift)
        if not -1 <= shift.low <= shift.high <= 1:
            raise InvalidArgument(
                f"shift={self.shift!r} must be a share of the inputs' range, from -1 to 1; "
                "for grey levels of 0..255 divide by 255"
            )

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the lighter and darker images."""
        if self.severity is not None:
            unit = to_unit(self, batch)
            more = np.float32(self.constants.of(_MORE, self.severity, unit))
            for part in blocks(len(unit), unit.shape[1:3]):
                _lighten(unit[part, ..., :COLOURS], more)
            return from_unit(batch, unit)
        assert self.shift is not None
        images = images_of(self, batch)
        shift = draw("shift", self.shift, streams) * np.float32(batch.bounds.span)
        return with_images(batch, images + shift[:, None, None, None])


def _lighten(colours: Floats, more: np.float32) -> None:
    value = np.array(colours[..., 0])
    for channel in range(1, colours.shape[-1]):
        np.maximum(value, colours[..., channel], out=value)
    lighter = np.minimum(value + more, 1)
    # Black has no colour to keep, and turns grey.
    black = value < _BLACK
    growth = lighter / np.where(black, 1, value)
    for channel in range(colours.shape[-1]):
        colours[..., channel] = np.where(black, more, colours[..., channel] * growth)
