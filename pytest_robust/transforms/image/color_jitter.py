"""Brightness, contrast, saturation and hue, in a drawn order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from pytest_robust.core.arrays import Floats, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.images import with_images
from pytest_robust.core.parameters import Amount, Between, amount_range, draw, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._colours import COLOURS, coloured, luma, planes
from pytest_robust.transforms.image._corruption import ranged

__all__ = ["ColorJitter"]

_NEUTRAL = {"brightness": 1.0, "contrast": 1.0, "saturation": 1.0, "hue": 0.0}
_OF_COLOUR = {"saturation", "hue"}
_HALF_CIRCLE = 0.5


@dataclass(frozen=True, kw_only=True, repr=False)
class ColorJitter(Transform):
    """Change brightness, contrast, saturation and hue one after the other, in a drawn order.

    As torchvision's ColorJitter does: a factor on the distance from black, from the mean luma
    of the image, and from the luma of the pixel, and a turn of the hue that leaves HSV's
    saturation and value; after each, clipped to the bounds. The luma is ITU-R BT.601's, and
    the alpha of images with four channels stays.

    Args:
        brightness: The factor, at least 0; 1 changes nothing. A number r up to 1 draws one
            for each example from 1 - r to 1 + r; `Exactly(2)` is one factor,
            `Between(low, high)` has other ends.
        contrast: The factor, the same way.
        saturation: The factor, the same way: 0 is grey. Needs images with colours.
        hue: The turn as a share of the circle, from -0.5 to 0.5: a third makes red green, and
            a half complements. A number r draws one from -r to r. Needs images with colours.

    Raises:
        InvalidArgument: A factor reaches below 0, `hue` beyond a half, one is not finite, or
            all are left out.

    Examples:
        >>> ColorJitter(brightness=0.4, hue=0.1)
        ColorJitter(brightness=0.4, hue=0.1)

    References:
        Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations",
        ICML 2020, arXiv:2002.05709, appendix A, whose strengths are the strongest here.
    """

    brightness: Amount = strength(strongest=0.8, neutral=1.0, default=0)
    contrast: Amount = strength(strongest=0.8, neutral=1.0, default=0)
    saturation: Amount = strength(strongest=0.8, neutral=1.0, default=0)
    hue: Amount = strength(strongest=0.2, default=0)

    def __post_init__(self) -> None:
        """Validate."""
        ranges = {name: self._range(name) for name in _NEUTRAL}
        for name in ("brightness", "contrast", "saturation"):
            if ranges[name].low < 0:
                raise InvalidArgument(
                    f"{name}={getattr(self, name)!r} draws factors from {ranges[name].low:g} to {ranges[name].high:g}, "
                    f"and must not be below 0; for other ends write {name}=Between(0, 2.5)"
                )
        if not -_HALF_CIRCLE <= ranges["hue"].low <= ranges["hue"].high <= _HALF_CIRCLE:
            raise InvalidArgument(
                f"hue={self.hue!r} must be a share of the circle of colours, from -0.5 to 0.5; "
                "for degrees divide by 360"
            )
        if all(getattr(self, name) == 0 for name in _NEUTRAL):
            raise InvalidArgument(
                "ColorJitter() changes nothing; give brightness, contrast, saturation or hue, "
                "for instance ColorJitter(brightness=0.4, hue=0.1)"
            )

    def _range(self, name: str) -> Between:
        return amount_range(name, getattr(self, name), neutral=_NEUTRAL[name])

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the images in other light and other colours.

        Raises:
            InvalidData: They are no images, have no range of values, or are grey where
                saturation or hue are to change.
        """
        images = ranged(self, batch)
        used = [name for name, neutral in _NEUTRAL.items() if self._range(name) != Between(neutral, neutral)]
        if _OF_COLOUR & set(used):
            coloured(self, images)
        steps = _steps(np.float32(batch.bounds.low))
        amounts = [
            draw(name, getattr(self, name), streams, neutral=_NEUTRAL[name])[:, None, None, None] for name in used
        ]
        jittered = np.array(images)
        order = streams.uniform("order", (len(used),)).argsort(axis=1)
        # All examples of one order at a time: a few groups, however many examples.
        for turns in permutations(range(len(used))):
            rows = np.flatnonzero((order == turns).all(axis=1))
            for part in blocks(len(rows), images.shape[1:]):
                chosen = rows[part]
                colours = planes(images[chosen][..., :COLOURS])
                for turn in turns:
                    colours = batch.bounds.clip(steps[used[turn]](colours, amounts[turn][chosen]))
                jittered[chosen, ..., :COLOURS] = colours
        return with_images(batch, jittered)


Step = Callable[[Floats, Floats], Floats]


def _steps(black: np.float32) -> dict[str, Step]:
    """Return what each parameter does to (n, height, width, 1 or 3) colours, given (n, 1, 1, 1) amounts."""
    return {
        "brightness": lambda colours, factor: _stretched(colours, black, factor),
        "contrast": lambda colours, factor: _stretched(colours, _mean(_bright(colours)), factor),
        "saturation": lambda colours, factor: _stretched(colours, luma(colours), factor),
        "hue": _turned,
    }


def _stretched(colours: Floats, centre: Floats | np.float32, factor: Floats) -> Floats:
    # In this form a factor of 1 changes no bit.
    stretched: Floats = colours + (factor - 1) * (colours - centre)
    return stretched


def _bright(colours: Floats) -> Floats:
    return luma(colours) if colours.shape[-1] == COLOURS else colours


def _mean(bright: Floats) -> Floats:
    # Converted beforehand: NumPy sums converted values in blocks that cross examples, and an
    # example alone would differ in its last bit.
    mean: Floats = bright.astype(np.float64, order="C").mean(axis=(1, 2, 3), keepdims=True).astype(np.float32)
    return mean


def _turned(colours: Floats, turn: Floats) -> Floats:
    """Return colours of another hue, of the same HSV saturation and value.

    The circle is counted in sixths, from red over green to blue. Each primary falls from the
    value to the least of the three as the hue goes from one sixth away from it to two.
    """
    red, green, blue = colours[..., 0:1], colours[..., 1:2], colours[..., 2:3]
    value = np.maximum(np.maximum(red, green), blue)
    chroma = value - np.minimum(np.minimum(red, green), blue)
    # What has no chroma is grey, and its hue nothing.
    by = 1 / np.where(chroma > 0, chroma, np.float32(1))
    sixths = np.where(
        value == red,
        (green - blue) * by,
        np.where(value == green, 2 + (blue - red) * by, 4 + (red - green) * by),
    )
    sixths += 6 * turn
    turned = np.empty_like(colours)
    for primary in range(COLOURS):
        away = np.abs(sixths - np.float32(2 * primary))
        # The shorter way round.
        away = np.minimum(away, np.abs(6 - away))
        turned[..., primary : primary + 1] = value - chroma * np.clip(away - 1, 0, 1)
    # Back from hue and chroma the last bit may differ.
    still = turn[:, 0, 0, 0] == 0
    turned[still] = colours[still]
    return turned
