"""Scenes of one to four coloured digits over photographs; or the user's own images with boxes."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reference_models.data import coco, mnist, photographs, voc
from reference_models.data.at_hand import users
from reference_models.data.boxed_images import NO_BOX, SIDE
from reference_models.splits import Examples, Splits

__all__ = ["compose", "load", "names"]

_TRAIN_SCENES, _TEST_SCENES = 4000, 400
# The key of each part's random numbers.
_TRAIN_KEY, _TEST_KEY = 2000, 2001

_MOST_DIGITS = 4
# Pixels that MNIST's 28 x 28 is scaled to; the ink fills seven tenths of that.
_SMALLEST, _LARGEST = 28, 52
# Ink fainter than a quarter does not count as a part of the digit: boxes end where an annotator would see it end.
_INK = 64
_TRIES = 20
_COLOURS = 4

_Grey: TypeAlias = NDArray[Any]


def load() -> Splits:
    """Return the best images with boxes at hand, uint8 of shape (n, 96, 96, 3); boxes as `compose` has them.

    In the folder that ROBUST_DATA_DIR names, a folder `voc` or `coco`, as those data sets are laid
    out; else scenes made of the digits and photographs that are embedded.

    Raises:
        ValueError: There is such a folder, but not what belongs into it; the message says what is wrong.
        FileNotFoundError: ROBUST_DATA_DIR names no folder, or an image or a list is missing.
    """
    if (folder := users(voc.FOLDER)) is not None:
        return voc.read(folder)
    if (folder := users(coco.FOLDER)) is not None:
        return coco.read(folder)
    digits, behind = mnist.read(mnist.EMBEDDED, source="mnist_5000"), photographs.load()
    return Splits(
        train=compose(digits.train, behind.train, count=_TRAIN_SCENES, key=_TRAIN_KEY),
        test=compose(digits.test, behind.test, count=_TEST_SCENES, key=_TEST_KEY),
        source="digit_scenes",
    )


def names() -> tuple[str, ...]:
    """Return what the classes of `load` are called, in their order."""
    if (folder := users(voc.FOLDER)) is not None:
        return voc.names(folder)
    if (folder := users(coco.FOLDER)) is not None:
        return coco.names(folder)
    return tuple(map(str, range(10)))


def compose(digits: Examples, behind: dict[str, NDArray[Any]], *, count: int, key: int) -> Examples:
    """Return scenes of digits over photographs.

    A scene is a piece of a photograph, mirrored half of the time, with one to four digits of random
    size, place and colour that stand clear of each other. The boxes end where the ink does.

    Args:
        digits: (n, 28, 28, 1) images in [0, 1] and their classes.
        behind: Photographs to choose from, each at least 96 x 96.
        count: How many scenes.
        key: The random numbers' key: the same scenes for the same key.

    Returns:
        (count, 96, 96, 3) uint8 scenes, and (count, 4, 5) float32 boxes x1, y1, x2, y2 in pixels and
        class; a row of class -1 is none.
    """
    random = np.random.Generator(np.random.Philox(key=key))
    grey = np.rint(digits.x[..., 0] * 255).astype(np.uint8)
    photos = [behind[name] for name in sorted(behind)]
    scenes = np.empty((count, SIDE, SIDE, 3), dtype=np.uint8)
    boxes = np.zeros((count, _MOST_DIGITS, 5), dtype=np.float32)
    boxes[..., 4] = NO_BOX
    for scene, there in zip(scenes, boxes, strict=True):
        canvas = _piece(photos[random.integers(len(photos))], random)
        for row in there[: random.integers(1, _MOST_DIGITS + 1)]:
            which = random.integers(len(grey))
            ink = _scaled(grey[which], int(random.integers(_SMALLEST, _LARGEST + 1)))
            corner = _free_place(ink, there[there[:, 4] != NO_BOX], random)
            if corner is not None:
                top, left = corner
                height, width = ink.shape
                _paint(canvas[top : top + height, left : left + width], ink, random)
                row[:] = left, top, left + width, top + height, digits.y[which]
        scene[:] = np.rint(canvas)
    return Examples(x=scenes, y=boxes)


def _piece(photo: NDArray[Any], random: np.random.Generator) -> NDArray[np.float32]:
    top, left = random.integers(photo.shape[0] - SIDE + 1), random.integers(photo.shape[1] - SIDE + 1)
    piece = photo[top : top + SIDE, left : left + SIDE]
    # A mirrored photograph is a photograph; a mirrored digit is none, so the photograph is mirrored before.
    return (piece[:, ::-1] if random.integers(2) else piece).astype(np.float32)


def _scaled(digit: _Grey, side: int) -> _Grey:
    scaled = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BILINEAR))
    rows, columns = (np.flatnonzero((scaled >= _INK).any(axis=axis)) for axis in (1, 0))
    return scaled[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _free_place(ink: _Grey, taken: NDArray[Any], random: np.random.Generator) -> tuple[int, int] | None:
    """Return the row and column of the upper left corner, or None where no room was found."""
    height, width = ink.shape
    for _ in range(_TRIES):
        top, left = int(random.integers(SIDE - height + 1)), int(random.integers(SIDE - width + 1))
        beside = (taken[:, 0] >= left + width) | (taken[:, 2] <= left)
        above = (taken[:, 1] >= top + height) | (taken[:, 3] <= top)
        if (beside | above).all():
            return top, left
    return None


def _paint(patch: NDArray[np.float32], ink: _Grey, random: np.random.Generator) -> None:
    """Paint a digit in the one of a few random colours that stands out most from what is behind."""
    colours = random.uniform(0, 255, size=(_COLOURS, 3)).astype(np.float32)
    away = np.abs(colours - patch.mean(axis=(0, 1))).sum(axis=1)
    cover = (ink / np.float32(255))[:, :, None]
    patch += cover * (colours[away.argmax()] - patch)
