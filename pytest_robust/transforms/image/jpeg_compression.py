"""JPEG: what is left of an image after a lossy file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pytest_robust.core.arrays import blocks
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

__all__ = ["JpegCompression"]

_QUALITY = Levels(imagenet=(25, 18, 15, 10, 7), cifar=(80, 65, 58, 50, 40))
_WHITE = 255
# Pixels that are coded together, a side: with colours at half the resolution, and without.
_COLOUR_CELL, _GREY_CELL = 16, 8
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_SCAN, _END = b"\xff\xda", b"\xff\xd9"


@dataclass(frozen=True, kw_only=True, repr=False)
class JpegCompression(Transform):
    """Write each image to a JPEG file in memory, and read it again.

    Values are rounded to 256 levels before, as the format has no others. The alpha of images with four
    channels stays.

    Args:
        severity: That of the corruption benchmarks, from 1, mild, to 5.
        constants: Whose: `BySize()`, `ImageNetC()`, `CifarC()` or `MnistC()`.

    Raises:
        InvalidArgument: `severity` is not an integer from 1 to 5, or `constants` are nobody's.

    Examples:
        >>> JpegCompression(severity=3)
        JpegCompression(severity=3)

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
        """Return the images as they come out of their files."""
        unit = to_unit(self, batch)
        quality = self.constants.of(_QUALITY, self.severity, unit)
        for part in blocks(len(unit), unit.shape[1:3]):
            colours = unit[part, ..., :COLOURS]
            levels = np.rint(colours * _WHITE).astype(np.uint8)
            colours[...] = _decoded(_files(levels, quality), levels) / np.float32(_WHITE)
        return from_unit(batch, unit)


def _files(levels: NDArray[np.uint8], quality: int) -> Iterator[bytes]:
    """Yield the JPEG file of each of (n, height, width, 1 or 3) images, as Pillow writes it.

    Most of the time of a small file goes into starting it. So the images are written as one tall file
    with a restart marker after each, which codes them independently, and cut apart at the markers. Where
    the last cells of an image reach beyond its edge, this would fill them with the next image.
    """
    n, height, width, channels = levels.shape
    cell = _GREY_CELL if channels == 1 else _COLOUR_CELL
    if n == 1 or height % cell:
        yield from (_file(image, quality, height) for image in levels)
        return
    alone = _file(levels[0], quality, height // cell)
    scan = alone.rindex(_SCAN)
    start = scan + len(_SCAN) + int.from_bytes(alone[scan + 2 : scan + 4], "big")
    sheet = _file(levels.reshape(n * height, width, channels), quality, height // cell)
    for coded in _RESTART.split(sheet[start : -len(_END)]):
        yield alone[:start] + coded + _END


def _file(image: NDArray[np.uint8], quality: int, restart_rows: int) -> bytes:
    file = BytesIO()
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    picture.save(file, "JPEG", quality=quality, restart_marker_rows=restart_rows)
    return file.getvalue()


def _decoded(files: Iterator[bytes], like: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the images in files that hold images like those given."""
    n, height, width, channels = like.shape
    mode = "L" if channels == 1 else "RGB"
    sheet, picture = Image.new(mode, (width, n * height)), Image.new(mode, (width, height))
    for row, file in enumerate(files):
        # The decoder itself: Image.open reads every marker in Python before, for twice the time.
        picture.frombytes(file, "jpeg", mode, "")
        sheet.paste(picture, (0, row * height))
    return np.asarray(sheet).reshape(like.shape)
