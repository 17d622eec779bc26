"""64 x 64 colour images of handwritten digits, each in one colour on a ground of another; or the user's own images."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.data import image_folder, mnist
from reference_models.data.at_hand import arrays, users
from reference_models.splits import Examples, Splits

__all__ = ["FILE", "FOLDER", "SIDE", "compose", "load", "read", "read_folder"]

SIDE = 64
# In the folder that ROBUST_DATA_DIR names: one archive, or a folder of pictures.
FILE, FOLDER = "pictures.npz", "pictures"

_TRAIN_KEY, _TEST_KEY = 800, 801
# Inks to choose from: the one farthest from the ground is taken, so that every digit can be seen.
_INKS = 4
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
# Of the pictures of a folder, in order of their paths, every fifth is held out.
_EVERY = 5
# A folder says nothing of what its pictures show.
_UNKNOWN = -1


def load() -> Splits:
    """Return the best pictures at hand, uint8 of shape (n, 64, 64, 3).

    In the folder that ROBUST_DATA_DIR names, an archive `pictures.npz`, or a folder `pictures`; else the digits that
    are embedded, coloured. Labels are digits, or -1 where none are known; a generator needs none.

    Raises:
        ValueError: There is such an archive or folder, but not what belongs into it; the message says what is wrong.
        FileNotFoundError: ROBUST_DATA_DIR names no folder.
    """
    if (path := users(FILE)) is not None:
        return read(path)
    if (folder := users(FOLDER)) is not None:
        return read_folder(folder)
    digits = mnist.read(mnist.EMBEDDED, source="mnist_5000")
    return Splits(
        train=compose(digits.train, key=_TRAIN_KEY), test=compose(digits.test, key=_TEST_KEY), source="coloured_digits"
    )


def compose(digits: Examples, *, key: int) -> Examples:
    """Return digits enlarged to 64 x 64, each in a colour of its own on a ground of another.

    Args:
        digits: (n, 28, 28, 1) images in [0, 1], and their classes.
        key: The random numbers' key: the same colours for the same key.
    """
    from PIL import Image

    random = np.random.Generator(np.random.Philox(key=key))
    grey = np.rint(digits.x[..., 0] * 255).astype(np.uint8)
    images = np.empty((len(grey), SIDE, SIDE, 3), np.uint8)
    for image, digit in zip(images, grey, strict=True):
        ground, inks = random.integers(0, 256, 3), random.integers(0, 256, (_INKS, 3))
        ink = inks[np.abs(inks - ground).sum(axis=1).argmax()]
        cover = np.asarray(Image.fromarray(digit).resize((SIDE, SIDE), Image.Resampling.BILINEAR), np.int64)[..., None]
        # Whole numbers only, so that every machine has the same images.
        image[:] = (ground * (255 - cover) + ink * cover + 127) // 255
    return Examples(x=images, y=digits.y)


def read(path: Path) -> Splits:
    """Return the pictures of an archive.

    Args:
        path: A .npz with x_train and x_test, uint8 of shape (n, 64, 64, 3).

    Raises:
        ValueError: The file cannot be read, a key is missing, or an array is not as it must be.
    """
    try:
        held = arrays(path, ("x_train", "x_test"))
        train, test = (_unlabelled(_checked(held[name], name)) for name in ("x_train", "x_test"))
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} is no archive of pictures: {error}") from error
    return Splits(train=train, test=test, source="pictures")


def read_folder(folder: Path) -> Splits:
    """Return the pictures of a folder and of those in it, their middle cut out and brought to 64 x 64.

    Args:
        folder: It holds .png, .jpg, .webp or .bmp files, of any size; what is transparent becomes white.

    Raises:
        ValueError: There are too few, or a file is no picture.
    """
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in _SUFFIXES)
    if len(files) < _EVERY:
        raise ValueError(f"{folder} has {len(files)} pictures; put at least {_EVERY} there, {', '.join(_SUFFIXES)}")
    pictures = np.stack([image_folder.picture(file, side=SIDE) for file in files])
    held_out = np.arange(1, len(files) + 1) % _EVERY == 0
    return Splits(train=_unlabelled(pictures[~held_out]), test=_unlabelled(pictures[held_out]), source="pictures")


def _unlabelled(pictures: NDArray[np.uint8]) -> Examples:
    return Examples(x=pictures, y=np.full(len(pictures), _UNKNOWN, np.int64))


def _checked(pictures: NDArray[Any], name: str) -> NDArray[np.uint8]:
    if pictures.dtype != np.uint8:
        raise ValueError(f"{name} has type {pictures.dtype}; pass uint8, 0 to 255")
    if pictures.shape[1:] != (SIDE, SIDE, 3):
        raise ValueError(f"{name} has shape {pictures.shape}; pass (n, {SIDE}, {SIDE}, 3)")
    return pictures
