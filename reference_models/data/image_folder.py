"""A user's own images, in one folder a class."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reference_models.splits import Examples, Splits

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["picture", "read"]

_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
_MOST_CLASSES = 10
# Of a class's images, in order of their names, every fifth is tested on.
_EVERY = 5


def read(folder: Path, *, side: int) -> Splits:
    """Return the images of a folder, float32 in [0, 1], shape (n, side, side, 3).

    The folder has one folder a class, called as the class is. The middle of an image is cut out,
    what is transparent becomes white.

    Args:
        folder: It holds `class/name.png`; .jpg, .webp and .bmp will do as well.
        side: Pixels that each image is reduced or enlarged to.

    Raises:
        ValueError: There are too few classes or images, or too many classes, or a file is no image.
    """
    classes = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not 2 <= len(classes) <= _MOST_CLASSES:
        raise ValueError(
            f"{folder} has {len(classes)} folders; make one for each class, 2 to {_MOST_CLASSES}, with its images in it"
        )
    train: list[tuple[Path, int]] = []
    test: list[tuple[Path, int]] = []
    for label, path in enumerate(classes):
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES)
        if len(files) < _EVERY:
            raise ValueError(f"{path} has {len(files)} images; put at least {_EVERY} there, {', '.join(_SUFFIXES)}")
        for number, file in enumerate(files):
            (train if (number + 1) % _EVERY else test).append((file, label))
    return Splits(train=_examples(train, side), test=_examples(test, side), source="images")


def _examples(files: list[tuple[Path, int]], side: int) -> Examples:
    # Sorted by class, the tail that a fit holds out for validation would be of one class.
    order = np.random.default_rng(len(files)).permutation(len(files))
    return Examples(
        x=np.stack([_image(files[place][0], side) for place in order]),
        y=np.array([files[place][1] for place in order], np.int64),
    )


def picture(path: Path, *, side: int) -> NDArray[np.uint8]:
    """Return the middle of an image, (side, side, 3); what is transparent becomes white.

    Args:
        path: An image of any size, grey, in colours or transparent.
        side: Pixels that it is reduced or enlarged to.

    Raises:
        ValueError: The file is no image.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file).convert("RGBA")
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(f"{path} cannot be read as an image: {error}") from error
    white = Image.new("RGBA", image.size, "white")
    fitted = ImageOps.fit(Image.alpha_composite(white, image).convert("RGB"), (side, side))
    return np.asarray(fitted, np.uint8)


def _image(path: Path, side: int) -> NDArray[np.float32]:
    return picture(path, side=side).astype(np.float32) / np.float32(255)
