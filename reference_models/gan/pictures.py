"""Generated images as files: one picture of many, one file each, or moving pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reference_models.gan.sampling import as_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["grid", "save_animation", "save_each", "save_grid"]

_GAP = 2
_WHITE = 255
# Milliseconds, and how long the last picture of moving ones stays.
_FRAME, _LAST = 250, 2000


def grid(images: NDArray[Any], *, columns: int = 10) -> NDArray[np.uint8]:
    """Return images beside and below each other, with white lines between them.

    Args:
        images: (n, height, width, 1 or 3) in [0, 1], or bytes.
        columns: How many stand side by side; the last row may end early, in white.

    Returns:
        (height, width, 1 or 3) bytes.
    """
    tiles = as_bytes(images)
    count, height, width, channels = tiles.shape
    rows = -(-count // columns)
    sheet = np.full((rows * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP, channels), _WHITE, np.uint8)
    for place, tile in enumerate(tiles):
        top, left = place // columns * (height + _GAP), place % columns * (width + _GAP)
        sheet[top : top + height, left : left + width] = tile
    return sheet


def save_grid(images: NDArray[Any], path: Path, *, columns: int = 10) -> None:
    """Write one picture of all images.

    Args:
        images: As `grid` takes them.
        path: A .png; its folder is made.
        columns: How many stand side by side.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _picture(grid(images, columns=columns)).save(path)


def save_each(images: NDArray[Any], folder: Path) -> list[Path]:
    """Write a PNG for each image, and return where: 0000.png and so on, in a folder that is made."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:04d}.png" for number in range(len(images))]
    for path, tile in zip(paths, as_bytes(images), strict=True):
        _picture(tile).save(path)
    return paths


def save_animation(frames: Sequence[NDArray[Any]], path: Path, *, columns: int = 8) -> None:
    """Write moving pictures, each of them a grid of images.

    Args:
        frames: Images as `grid` takes them, of equal shapes, the first first; at least one.
        path: A .gif or a .webp; its folder is made.
        columns: How many images stand side by side.

    Raises:
        ValueError: There is no frame, or the file's name ends otherwise.
    """
    if path.suffix not in {".gif", ".webp"}:
        raise ValueError(f"{path.name!r} must end in .gif or .webp, which hold moving pictures")
    if not frames:
        raise ValueError("there is no frame to write")
    path.parent.mkdir(parents=True, exist_ok=True)
    first, *others = [_picture(grid(images, columns=columns)) for images in frames]
    lasts = [*[_FRAME] * len(others), _LAST]
    first.save(path, save_all=True, append_images=others, duration=lasts, loop=0)


def _picture(pixels: NDArray[np.uint8]) -> Image:
    from PIL import Image

    # Of one channel Pillow wants two axes.
    return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
