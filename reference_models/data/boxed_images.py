"""The user's images with boxes: what the layouts of VOC and COCO have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from reference_models.splits import Examples, Splits

__all__ = ["NO_BOX", "SIDE", "Annotated", "examples", "held_out"]

SIDE = 96
"""Pixels of each side that images are brought to."""

NO_BOX = -1
"""The class of a row that holds no box."""

# Annotations are rounded; more than this many pixels beyond the edge is another image's box.
_ROUNDING = 2
# At 96 x 96, what is thinner than a pixel cannot be found by anything.
_THINNEST = 1
_EVERY = 5


@dataclass(frozen=True, kw_only=True)
class Annotated:
    """An image and what is in it.

    Args:
        image: Its file.
        boxes: x1, y1, x2, y2 in its own pixels, from its upper left corner, and class.
        told_by: The file that says so, for messages.
    """

    image: Path
    boxes: Sequence[tuple[float, float, float, float, int]]
    told_by: Path


def held_out(annotated: Sequence[Annotated], *, source: str) -> Splits:
    """Return every fifth image to test on and the others to learn from, where the data name no parts themselves."""
    if len(annotated) < 2:
        raise ValueError(f"{len(annotated)} annotated images are too few; give at least two, one is for the test")
    test = annotated[::_EVERY]
    learn = [each for place, each in enumerate(annotated) if place % _EVERY]
    return Splits(train=examples(learn), test=examples(test), source=source)


def examples(annotated: Sequence[Annotated]) -> Examples:
    """Return images brought to 96 x 96, with their boxes.

    A box that is thinner than a pixel then is left out: nothing could find it.

    Returns:
        (n, 96, 96, 3) uint8 images, and (n, most, 5) float32 boxes x1, y1, x2, y2 and class; a row of
        class -1 is none.

    Raises:
        FileNotFoundError: An image is missing.
        ValueError: An image cannot be read, or a box is none or lies beyond it.
    """
    x = np.empty((len(annotated), SIDE, SIDE, 3), dtype=np.uint8)
    y = np.zeros((len(annotated), max((len(each.boxes) for each in annotated), default=0), 5), dtype=np.float32)
    y[..., 4] = NO_BOX
    for each, image, rows in zip(annotated, x, y, strict=True):
        width, height = _read_into(image, each)
        boxes = np.array([_scaled(box, width, height, each) for box in each.boxes]).reshape(-1, 5)
        kept = boxes[(boxes[:, 2:4] - boxes[:, :2] >= _THINNEST).all(axis=1)]
        rows[: len(kept)] = kept
    return Examples(x=x, y=y)


def _read_into(place: np.ndarray, each: Annotated) -> tuple[int, int]:
    """Read an image into an array, and return its own width and height."""
    if not each.image.is_file():
        raise FileNotFoundError(f"{each.told_by} names the image {each.image}, which is not there")
    try:
        with Image.open(each.image) as image:
            place[:] = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX))
            return image.size
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(f"{each.image} cannot be read as an image: {error}") from error


def _scaled(
    box: tuple[float, float, float, float, int], width: int, height: int, each: Annotated
) -> tuple[float, float, float, float, int]:
    x1, y1, x2, y2, label = box
    if not (np.isfinite(box).all() and x1 < x2 and y1 < y2):
        raise ValueError(
            f"{each.told_by}: the box {(x1, y1, x2, y2)} in {each.image.name} has no area; "
            "its second corner lies to the right of the first and below"
        )
    if min(x1, y1) < -_ROUNDING or x2 > width + _ROUNDING or y2 > height + _ROUNDING:
        raise ValueError(
            f"{each.told_by}: the box {(x1, y1, x2, y2)} lies beyond {each.image.name}, {width} pixels wide and "
            f"{height} high; boxes are in pixels of the image as it is stored"
        )
    across, down = SIDE / width, SIDE / height
    return (
        max(x1, 0) * across,
        max(y1, 0) * down,
        min(x2, width) * across,
        min(y2, height) * down,
        label,
    )
