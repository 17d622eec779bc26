"""What the common corruptions of images do alike: five severities, and whose constants they are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import check_one_of, check_severity
from pytest_robust.core.perturbation import Perturbation

__all__ = [
    "BySize",
    "CifarC",
    "Constants",
    "ImageNetC",
    "Levels",
    "MnistC",
    "check_corruption",
    "check_either",
    "from_unit",
    "ranged",
    "to_unit",
]

T = TypeVar("T")

# CIFAR-10-C has 32 pixels a side, Tiny ImageNet-C 64.
_SMALL = 64


@dataclass(frozen=True, kw_only=True)
class Levels(Generic[T]):
    """The published constants of a corruption, mildest first.

    Args:
        imagenet: Five of ImageNet-C, meant for images of 224 pixels a side.
        cifar: Five of CIFAR-10-C, meant for 32.
        mnist: Five of MNIST-C, which applies them to 28; None where they are ImageNet-C's.
    """

    imagenet: tuple[T, T, T, T, T]
    cifar: tuple[T, T, T, T, T]
    mnist: tuple[T, T, T, T, T] | None = None


class Constants(ABC):
    """Whose constants the severities stand for."""

    @abstractmethod
    def of(self, levels: Levels[T], severity: int, images: Floats) -> T:
        """Return the constants of a severity from 1 to 5 for (n, height, width, channels) images."""


@dataclass(frozen=True)
class ImageNetC(Constants):
    """Those of ImageNet-C, whatever the size: what the package imagecorruptions applies.

    Examples:
        >>> ImageNetC()
        ImageNetC()

    References:
        Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
        and Perturbations", ICLR 2019, arXiv:1903.12261.
    """

    def of(self, levels: Levels[T], severity: int, images: Floats) -> T:  # noqa: ARG002 - whatever the size
        """Return ImageNet-C's."""
        return levels.imagenet[severity - 1]


@dataclass(frozen=True)
class CifarC(Constants):
    """Those of CIFAR-10-C, whatever the size.

    Examples:
        >>> CifarC()
        CifarC()

    References:
        Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions
        and Perturbations", ICLR 2019, arXiv:1903.12261.
    """

    def of(self, levels: Levels[T], severity: int, images: Floats) -> T:  # noqa: ARG002 - whatever the size
        """Return CIFAR-10-C's."""
        return levels.cifar[severity - 1]


@dataclass(frozen=True)
class MnistC(Constants):
    """Those of MNIST-C, whatever the size: nearly all are ImageNet-C's, which leave little of a digit.

    Examples:
        >>> MnistC()
        MnistC()

    References:
        Mu and Gilmer, "MNIST-C: A Robustness Benchmark for Computer Vision", 2019,
        arXiv:1906.02337.
    """

    def of(self, levels: Levels[T], severity: int, images: Floats) -> T:  # noqa: ARG002 - whatever the size
        """Return MNIST-C's."""
        return (levels.mnist or levels.imagenet)[severity - 1]


@dataclass(frozen=True)
class BySize(Constants):
    """Those of CIFAR-10-C for images with a side below 64 pixels, else those of ImageNet-C.

    Examples:
        >>> BySize()
        BySize()
    """

    def of(self, levels: Levels[T], severity: int, images: Floats) -> T:
        """Return those made for images of about this size."""
        small = min(images.shape[1:3]) < _SMALL
        return (levels.cifar if small else levels.imagenet)[severity - 1]


def check_corruption(severity: object, constants: object) -> None:
    """Refuse parameters that a corruption cannot have.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.
    """
    check_severity(severity)
    if not isinstance(constants, Constants):
        raise InvalidArgument(f"constants={constants!r} must be BySize(), ImageNetC(), CifarC() or MnistC()")


def check_either(owner: Any, amount: str) -> None:  # noqa: ANN401 - a transform with a severity and constants
    """Refuse a transform that has both a severity and an amount of its own, or neither.

    Args:
        owner: The transform.
        amount: The name of its own parameter.

    Raises:
        InvalidArgument: Both or none are given, or `severity` or `constants` are wrong.
    """
    name = type(owner).__name__
    check_one_of(name, f"{name}(severity=3)", **{amount: getattr(owner, amount), "severity": owner.severity})
    check_corruption(1 if owner.severity is None else owner.severity, owner.constants)


def ranged(owner: Perturbation, batch: Batch) -> Floats:
    """Return (n, height, width, channels) images whose black and white are known, as they are, only to be read.

    Raises:
        InvalidData: They are not images, or have no range of values.
    """
    images = images_of(owner, batch)
    if not batch.bounds.finite:
        raise InvalidData(
            f"{owner!r} needs to know what is black and what is white, and the inputs have no such limits; "
            "pass bounds=(lowest, highest) with the data"
        )
    return images


def to_unit(owner: Perturbation, batch: Batch) -> Floats:
    """Return the inputs as (n, height, width, channels) float32 images in [0, 1], a new array.

    Raises:
        InvalidData: They are not images, or have no range of values.
    """
    images = ranged(owner, batch)
    unit: Floats = images - np.float32(batch.bounds.low)
    # In place, as below: large new arrays cost more than the arithmetic.
    unit /= np.float32(batch.bounds.span)
    return np.clip(unit, 0, 1, out=unit)


def from_unit(batch: Batch, unit: Floats) -> Batch:
    """Return the batch with new inputs, in its own range and shape.

    Args:
        batch: Where the images came from.
        unit: (n, height, width, channels) images of [0, 1], the caller's own: they are overwritten.
    """
    images = unit.astype(np.float32, copy=False)
    images *= np.float32(batch.bounds.span)
    images += np.float32(batch.bounds.low)
    return with_images(batch, images)
