"""Images on crumpled rubber."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.bilinear import Places, sample
from pytest_robust.core.fill import Nearest, Reflect
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import severity_field
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._boxes import with_boxes
from pytest_robust.transforms.image._corruption import BySize, Constants, Levels, check_corruption
from pytest_robust.transforms.image._layers import spread, uniform
from pytest_robust.transforms.image._separable import gaussian, one_thread

__all__ = ["ElasticTransform"]


@dataclass(frozen=True)
class _Stretch:
    """How far it goes, as shares of the image's sides.

    Args:
        reach: Of the shifts before they are smoothed.
        sigma: Deviation of their smoothing.
        corner: Of the shifts of three corners, which the rest follows in straight lines, beforehand.
    """

    reach: float
    sigma: float
    corner: float


_STRETCH = Levels(
    imagenet=(
        _Stretch(0.0625, 0.01, 0),
        _Stretch(0.08125, 0.01, 0),
        _Stretch(0.10625, 0.01, 0),
        _Stretch(0.125, 0.01, 0),
        _Stretch(0.15, 0.01, 0),
    ),
    cifar=(
        _Stretch(0, 0, 0.08),
        _Stretch(0.05, 0.2, 0.07),
        _Stretch(0.08, 0.06, 0.06),
        _Stretch(0.1, 0.04, 0.05),
        _Stretch(0.1, 0.03, 0.03),
    ),
    mnist=(
        _Stretch(2, 0.7, 0.1),
        _Stretch(2, 0.08, 0.2),
        _Stretch(0.05, 0.01, 0.02),
        _Stretch(0.07, 0.01, 0.02),
        _Stretch(0.12, 0.01, 0.02),
    ),
)
_TRUNCATE = 3.0


@dataclass(frozen=True, kw_only=True, repr=False)
class ElasticTransform(Transform):
    """Shift every pixel its own way, much as its neighbours, interpolated bilinearly.

    With CIFAR-10-C's or MNIST-C's constants the whole image is skewed before, by a random affine map; what it
    brings in from outside is the mirrored image (black in MNIST-C, whose edges are black). All sizes are
    relative to the image's sides, as in CIFAR-10-C and the package imagecorruptions, from which the
    constants of ImageNet-C are taken here: the published script's, in pixels, fit no other size than 224.
    Boxes follow the skew of the whole image; what crumples within it leaves them alone.

    Args:
        severity: That of the corruption benchmarks, from 1 to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> ElasticTransform(severity=3)
        ElasticTransform(severity=3)

    References:
        Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
        and Perturbations", ICLR 2019, arXiv:1903.12261; Simard, Steinkraus and Platt, "Best
        Practices for Convolutional Neural Networks Applied to Visual Document Analysis",
        ICDAR 2003.
    """

    severity: int = severity_field()
    constants: Constants = BySize()

    def __post_init__(self) -> None:
        """Validate."""
        check_corruption(self.severity, self.constants)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the crumpled images."""
        images = images_of(self, batch)
        stretch = self.constants.of(_STRETCH, self.severity, images)
        if stretch.corner:
            inverse = _skew(images, stretch.corner, streams)
            images = _skewed(images, inverse)
            batch = with_boxes(batch, _about_the_centre(inverse, *images.shape[1:3]))
        if not stretch.reach:
            return with_images(batch, images)
        crumpled = np.empty(images.shape, dtype=np.float32)
        with one_thread():
            # Half of what `sample` takes at once, as the shifts need memory too.
            for part in blocks(len(images), images.shape[1:3]):
                crumpled[part] = _crumpled(images[part], stretch, streams.rows(part))
        return with_images(batch, crumpled)


def _crumpled(images: NDArray[np.float32], stretch: _Stretch, streams: Streams) -> NDArray[np.float32]:
    height, width = images.shape[1:3]
    down, across = (
        gaussian(side, stretch.sigma * side, truncate=_TRUNCATE, mode="reflect") for side in (height, width)
    )
    # Both ways by the height, as the package does: on images that are not square, shapes crumple alike both ways.
    reach = np.float32(stretch.reach * height)

    def shift(name: str, part: slice) -> NDArray[np.float32]:
        drawn = uniform(streams.rows(part), name, (height, width))
        drawn *= reach
        return spread(drawn, down, across).astype(np.float32, copy=False)

    def places(part: slice) -> Places:
        return Places(
            rows=shift("down", part) + np.arange(height, dtype=np.float32)[:, None],
            columns=shift("right", part) + np.arange(width, dtype=np.float32)[None, :],
        )

    return sample(images, places, Reflect())


def _skew(images: NDArray[np.float32], corner: float, streams: Streams) -> NDArray[np.float64]:
    """Return (n, 3, 2) affine maps, from a pixel of the result, that take three corners of a square to shifted ones."""
    height, width = images.shape[1:3]
    middle, half = np.array([height // 2, width // 2]), min(height, width) // 3
    square = middle + half * np.array([[1, 1], [1, -1], [-1, -1]])
    reach = corner * min(height, width)
    shifted = square + streams.uniform("corners", (3, 2), -reach, reach).astype(np.float64)
    # Where a pixel of the result comes from: the map that takes the shifted corners back.
    solved: NDArray[np.float64] = np.linalg.solve(
        np.concatenate((shifted, np.ones((len(images), 3, 1))), axis=2), square.astype(np.float64)
    )
    return solved


def _about_the_centre(inverse: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Return (n, 2, 3) the same maps as `resample` takes them."""
    centre = np.array([(height - 1) / 2, (width - 1) / 2])
    turned = inverse[:, :2].swapaxes(1, 2)
    return np.concatenate([turned, (turned @ centre + inverse[:, 2] - centre)[..., None]], axis=2)


def _skewed(images: NDArray[np.float32], inverse: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return images seen through the maps."""
    height, width = images.shape[1:3]
    rows, columns = np.arange(height)[:, None], np.arange(width)

    def along(axis: int, part: slice) -> NDArray[np.float32]:
        by_row, by_column, start = (inverse[part, entry, axis, None, None] for entry in range(3))
        at = (by_row * rows + by_column * columns + start).astype(np.float32)
        return _mirrored(at, (height, width)[axis])

    def places(part: slice) -> Places:
        return Places(rows=along(0, part), columns=along(1, part))

    return sample(images, places, Nearest())


def _mirrored(at: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Return the coordinates led back into the image by mirrors through its outermost pixels' centres."""
    last = np.float32(size - 1)
    return last - np.abs(last - np.mod(at, 2 * last))
