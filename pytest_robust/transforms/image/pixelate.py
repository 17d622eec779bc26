"""Large square pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats, Integers, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._corruption import BySize, Constants, Levels, check_corruption

__all__ = ["Pixelate"]

# The smaller image's sides, as a share of the image's.
_SHARE = Levels(imagenet=(0.6, 0.5, 0.4, 0.3, 0.25), cifar=(0.95, 0.9, 0.85, 0.75, 0.65))


@dataclass(frozen=True, kw_only=True, repr=False)
class Pixelate(Transform):
    """Shrink an image, each pixel the mean of the whole ones it covers, and enlarge it again without blending.

    As Pillow's box filter does, there and back; values are not rounded to grey levels.

    Args:
        severity: That of the corruption benchmarks, from 1, mild, to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> Pixelate(severity=3)
        Pixelate(severity=3)

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
        """Return the coarser images."""
        images = images_of(self, batch)
        share = self.constants.of(_SHARE, self.severity, images)
        n, height, width, channels = images.shape
        down = _Runs.of(height, max(1, int(height * share)), values=width * channels)
        across = _Runs.of(width, max(1, int(width * share)), values=channels)
        area = np.repeat(down.length[:, None] * across.length, channels, axis=1).astype(np.float32)
        coarse = np.empty(images.shape, dtype=np.float32)
        for part in blocks(n, (height, width)):
            fewer = down.sums(images[part].reshape(-1, height, width * channels))
            smaller = across.sums(fewer.reshape(-1, width, channels)).reshape(-1, *area.shape)
            smaller /= area
            wide = smaller.reshape(-1, len(across.length), channels).take(across.nearest, axis=1)
            wide = wide.reshape(-1, len(down.length), width, channels)
            # Anything but "raise" writes straight into `out`.
            np.take(wide, down.nearest, axis=1, out=coarse[part], mode="clip")
        return with_images(batch, coarse)


@dataclass(frozen=True, kw_only=True)
class _Runs:
    """Lines of pixels in runs of almost equal length.

    Args:
        length: (count,) of the runs.
        taken: (longest, count) the first line of each run, the second, and so on.
        last: (count, values) float32 1 where a run is as long as the longest, else 0, for each value of a line:
            NumPy's inner loop would be as short as a line.
        nearest: (size,) the run under the centre of each line.
    """

    length: Integers
    taken: Integers
    last: Floats
    nearest: Integers

    @classmethod
    def of(cls, size: int, count: int, *, values: int) -> _Runs:
        """Return `count` runs of `size` lines of some values."""
        # A pixel belongs to the run that its centre lies in, to the earlier one where it lies between two.
        starts = (2 * size * np.arange(count + 1) + count) // (2 * count)
        length = np.diff(starts)
        steps = np.arange(length.max())[:, None]
        taken = starts[:-1] + np.minimum(steps, length - 1)
        last = np.repeat(length == length.max(), values).reshape(count, values).astype(np.float32)
        nearest = (2 * np.arange(size) + 1) * count // (2 * size)
        return cls(length=length, taken=taken, last=last, nearest=nearest)

    def sums(self, lines: Floats) -> Floats:
        """Return (n, count, values) sums of runs, given (n, size, values) lines."""
        total: Floats = lines.take(self.taken[-1], axis=1)
        if self.length.min() < len(self.taken):
            total *= self.last
        for line in self.taken[:-1]:
            total += lines.take(line, axis=1)
        return total
