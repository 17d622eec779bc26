"""The noise of counted photons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

from pytest_robust.core.arrays import Floats, blocks, read_only
from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._corruption import BySize, Constants, Levels, check_corruption, ranged
from pytest_robust.transforms.image._noise import WORDS

__all__ = ["ShotNoise"]

_WHITE = 255
# Photons that a white entry is expected to count.
_PHOTONS = Levels(imagenet=(60, 25, 12, 5, 3), cifar=(500, 250, 100, 75, 50))


@dataclass(frozen=True, kw_only=True, repr=False)
class ShotNoise(Transform):
    """Replace every entry of an image by a count of photons, Poisson about what it should be.

    The fewer photons white is worth, the stronger the noise; black stays black. Entries are
    taken to the nearest of 256 grey levels first, as the benchmarks read 8-bit images. All
    channels are treated alike, a fourth one too.

    Args:
        severity: That of the corruption benchmarks, from 1, mild, to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> ShotNoise(severity=3)
        ShotNoise(severity=3)

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
        """Return the noisy images."""
        images = ranged(self, batch)
        photons = self.constants.of(_PHOTONS, self.severity, images)
        low, span = np.float32(batch.bounds.low), np.float32(batch.bounds.span)
        words = streams.words("photons", images.shape[1:])
        changed = np.empty(images.shape, dtype=np.float32)
        for part in blocks(len(images), images.shape[1:]):
            light = images[part] - low
            light *= np.float32(_WHITE) / span
            levels = np.rint(np.clip(light, 0, _WHITE, out=light), out=light).astype(np.uint32)
            np.multiply(_counted(levels, words[part], photons), span / np.float32(photons), out=light)
            light += low
            np.clip(light, low, np.float32(batch.bounds.high), out=changed[part])
        return replace(batch, x=changed.reshape(batch.x.shape))


def _counted(levels: NDArray[np.uint32], words: NDArray[np.uint16], photons: int) -> NDArray[np.uint16]:
    """Return the photons counted for each grey level, at most `photons`; `levels` is overwritten."""
    table = _aliases(photons)
    # The first bits of the word choose a bucket, the others one of its two counts.
    first = 16 - (table.shape[1] - 1).bit_length()
    bucket = words >> np.uint16(first)
    levels *= np.uint32(table.shape[1])
    levels += bucket
    # None is beyond the table; "wrap" is the fastest way not to ask.
    entry = table.ravel().take(levels, mode="wrap")
    own = (words & np.uint16((1 << first) - 1)) < (entry >> np.uint32(16)).astype(np.uint16)
    # From bit 16 on, the conversion drops. `where` would guess wrong which it is, half of the time.
    other = entry.astype(np.uint16)
    bucket -= other
    bucket *= own
    bucket += other
    return bucket


@cache
def _aliases(photons: int) -> NDArray[np.uint32]:
    """Return (256, buckets) for each grey level and bucket its second count and, from bit 16, the first one's share.

    The alias method (Walker, "An efficient method for generating discrete random variables with
    general distributions", ACM TOMS 3(3), 1977): any distribution over b counts is that of a
    bucket drawn from b, each holding its own count and one other.
    """
    buckets = 1 << photons.bit_length()
    width = WORDS // buckets
    left = _words_a_count(photons, buckets)
    levels = np.arange(len(left))
    table = np.zeros(left.shape, dtype=np.uint32)
    done = np.zeros(left.shape, dtype=np.bool_)
    for _ in range(buckets):
        # The scarcest count leaves room in its bucket; the most plentiful fills it up.
        scarce = np.where(done, WORDS, left).argmin(axis=1)
        plenty = np.where(done, -1, left).argmax(axis=1)
        own = left[levels, scarce]
        table[levels, scarce] = own << 16 | plenty
        left[levels, plenty] -= width - own
        done[levels, scarce] = True
    return read_only(table)


def _words_a_count(photons: int, buckets: int) -> NDArray[np.int64]:
    """Return (256, buckets) how many of the 65,536 words stand for each count at each grey level."""
    expected = np.arange(_WHITE + 1)[:, None] / _WHITE * photons
    below: Floats = np.rint(WORDS * pdtr(np.arange(photons), expected))
    # More than white is white.
    ends = np.full((_WHITE + 1, buckets), WORDS, dtype=np.int64)
    ends[:, :photons] = below
    return np.diff(ends, axis=1, prepend=0)
