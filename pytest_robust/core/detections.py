"""Boxes around things in images: those that are there, and those a detector finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Floats
from pytest_robust.core.errors import InvalidData, InvalidModel

__all__ = [
    "CORNERS",
    "PADDING",
    "Boxes",
    "as_boxes",
    "as_found",
    "check_inside",
    "corners",
    "described",
    "is_boxes",
    "joined",
    "widened",
]

CORNERS = ("x1", "y1", "x2", "y2")
_BOX = (*CORNERS, "class")
_FOUND = (*_BOX, "confidence")
PADDING = -1
"""The class of a row that holds no box: an image with fewer boxes than another has such rows."""

Boxes: TypeAlias = NDArray[np.void]
"""(n, most) boxes with the fields x1, y1, x2, y2 in pixels and class, of what is found also confidence."""

KEYS = {"class": ("labels", "classes", "class"), "confidence": ("scores", "confidence", "confidences")}
"""Under which names a dict of boxes may hold their classes and confidences."""

_BATCHED = 3
_OUTSIDE = 0.5
_IMAGE_RANKS = {3, 4}


def is_boxes(array: NDArray[Any]) -> bool:
    """Return whether an array holds boxes."""
    names = array.dtype.names
    return names is not None and set(_BOX) <= set(names)


def corners(boxes: Boxes) -> Floats:
    """Return (n, most, 4) x1, y1, x2, y2."""
    return np.stack([boxes[name] for name in CORNERS], axis=-1)


def as_boxes(y: Any) -> Boxes:  # noqa: ANN401 - what a user gives
    """Return the boxes that are in each image, as labels that move with the images.

    A box is x1, y1, x2, y2 in pixels, from the upper left corner of the image to the right and
    downwards: a box around the whole of an image of 480 rows and 640 columns is 0, 0, 640, 480.
    For boxes as x, y, width, height write `np.concatenate([b[:, :2], b[:, :2] + b[:, 2:4]], 1)`;
    for shares of the sides multiply by `[width, height, width, height]`.

    Args:
        y: One entry an image: a (k, 5) array of x1, y1, x2, y2, class, or a dict of "boxes" (k, 4)
            and "labels" (k,) as torchvision has it. Or all images at once: an (n, k, 5) array or a
            dict of "boxes" (n, k, 4) and "labels" or "classes" (n, k), where class -1 is no box.
            Classes are whole numbers from 0.

    Raises:
        InvalidData: No boxes can be made of it; the message names the image and the value.

    Examples:
        >>> boxes = as_boxes([[[2, 1, 6, 4, 0]], [], [[0, 0, 3, 3, 1], [4, 4, 8, 8, 0]]])
        >>> boxes.shape, boxes["class"].tolist()
        ((3, 2), [[0, -1], [-1, -1], [1, 0]])
    """
    return y if isinstance(y, np.ndarray) and is_boxes(y) else _read(y, _BOX, "y", InvalidData)


def as_found(outputs: Any) -> Boxes:  # noqa: ANN401 - what a model answers
    """Return the boxes that a detector answers.

    Args:
        outputs: As in `as_boxes`, with a confidence from 0 to 1 as the sixth column, or under
            "scores" or "confidence".

    Raises:
        InvalidModel: They are no boxes; the message names the image and the value.

    Examples:
        >>> found = as_found([{"boxes": [[2, 1, 6, 4]], "labels": [0], "scores": [0.9]}])
        >>> found["confidence"].tolist()
        [[0.9]]
    """
    if isinstance(outputs, np.ndarray) and is_boxes(outputs):
        return outputs
    return _read(outputs, _FOUND, "answer", InvalidModel)


def widened(boxes: Boxes, width: int) -> Boxes:
    """Return (n, width) boxes, those added none."""
    if boxes.shape[1] == width:
        return boxes
    wide = np.zeros((len(boxes), width), dtype=boxes.dtype)
    wide["class"] = PADDING
    wide[:, : boxes.shape[1]] = boxes
    return wide


def joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Return answers to one batch after the other as one array, boxes in as many columns as the most had."""
    if not is_boxes(parts[0]):
        return np.concatenate(parts)
    width = max(part.shape[1] for part in parts)
    return np.concatenate([widened(part, width) for part in parts])


def check_inside(boxes: Boxes, x: NDArray[Any]) -> None:
    """Refuse boxes beyond the edges of their images.

    Args:
        boxes: (n, most) boxes.
        x: (n, height, width) or (n, height, width, channels) images.

    Raises:
        InvalidData: A box reaches more than half a pixel beyond; the message names the image and the box.
    """
    if x.ndim not in _IMAGE_RANKS:
        raise InvalidData(f"y holds boxes, and x has shape {x.shape}: boxes need images (n, height, width, channels)")
    height, width = x.shape[1:3]
    at = corners(boxes)
    # Half a pixel, since annotations are rounded.
    beyond = (at < -_OUTSIDE).any(axis=-1) | (at > np.array([width, height, width, height]) + _OUTSIDE).any(axis=-1)
    wrong = np.argwhere(beyond & (boxes["class"] != PADDING))
    if len(wrong):
        image, row = wrong[0]
        raise InvalidData(
            f"y[{image}] holds the box {at[image, row].tolist()}, beyond the edges of an image of {height} rows and "
            f"{width} columns: give x1, y1, x2, y2 in pixels of the images in x, whose last axis holds the channels"
        )


def described(boxes: Boxes) -> str:
    """Return (most,) boxes of one image in words.

    Examples:
        >>> described(as_boxes([[[2, 1, 6, 4, 7], [0, 0, 3, 3, 1]]])[0])
        '2 boxes of classes 1, 7'
    """
    classes = sorted(boxes["class"][boxes["class"] != PADDING].tolist())
    if not classes:
        return "no box"
    words = ", ".join(map(str, classes))
    return f"1 box of class {words}" if len(classes) == 1 else f"{len(classes)} boxes of classes {words}"


_Refusal: TypeAlias = Callable[[str], Exception]


def _read(given: Any, columns: tuple[str, ...], name: str, refusal: _Refusal) -> Boxes:  # noqa: ANN401 - any form
    if isinstance(given, Mapping):
        rows: Any = _table(given, columns, name, refusal)
    elif isinstance(given, np.ndarray) and given.dtype != object:
        rows = _numbers(given, name, refusal)
    else:
        rows = [_table(one, columns, f"{name}[{image}]", refusal) for image, one in enumerate(given)]
        most = max((len(one) for one in rows), default=0)
        padded = np.full((len(rows), most, len(columns)), PADDING, dtype=np.float64)
        for one, room in zip(rows, padded, strict=True):
            room[: len(one)] = one
        rows = padded
    if rows.ndim != _BATCHED or rows.shape[2] != len(columns):
        raise refusal(
            f"{name} has shape {rows.shape}: boxes of n images are (n, k, {len(columns)}), each {', '.join(columns)}"
        )
    return _checked(rows, columns, name, refusal)


def _numbers(values: Any, name: str, refusal: _Refusal) -> Floats:  # noqa: ANN401 - what a user gives
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise refusal(f"{name} holds no boxes: {error}; give numbers, classes as whole numbers from 0") from None


def _table(one: Any, columns: tuple[str, ...], name: str, refusal: _Refusal) -> Floats:  # noqa: ANN401 - any form
    """Return (k, columns) the boxes of one image, or (n, k, columns) of several."""
    if not isinstance(one, Mapping):
        rows = _numbers(one, name, refusal)
        rows = rows.reshape(0, len(columns)) if not rows.size else rows
        if rows.ndim != 2 or rows.shape[1] != len(columns):  # noqa: PLR2004 - one row a box
            raise refusal(f"{name} has shape {rows.shape}: give one row a box, each {', '.join(columns)}")
        return rows
    if "boxes" not in one:
        raise refusal(f"{name} is a dict of {sorted(map(str, one))}: it needs 'boxes' and 'labels'")
    boxes = _numbers(one["boxes"], f"{name}['boxes']", refusal)
    boxes = boxes.reshape(0, 4) if not boxes.size and boxes.ndim < _BATCHED else boxes
    parts = [boxes]
    for column in columns[len(CORNERS) :]:
        key = next((key for key in KEYS[column] if key in one), None)
        if key is None:
            raise refusal(f"{name} is a dict of {sorted(map(str, one))}: it needs {KEYS[column][0]!r}, one a box")
        values = np.asarray(one[key])
        if values.dtype.kind not in "biuf" or values.shape != boxes.shape[:-1]:
            raise refusal(
                f"{name}[{key!r}] holds {values.dtype} of shape {values.shape} beside boxes of shape {boxes.shape}: "
                "give one number a box; classes are whole numbers from 0"
            )
        parts.append(values[..., None].astype(np.float64))
    return np.concatenate(parts, axis=-1)


def _checked(rows: Floats, columns: tuple[str, ...], name: str, refusal: _Refusal) -> Boxes:
    there = rows[..., 4] != PADDING
    label = rows[..., 4]
    with np.errstate(invalid="ignore"):
        faults: list[tuple[Any, str]] = [
            (
                np.logical_not(np.isfinite(rows).all(axis=-1)),
                "a value that is not a finite number; drop or repair the box",
            ),
            (
                (rows[..., 2] < rows[..., 0]) | (rows[..., 3] < rows[..., 1]),
                "the second corner comes before the first; boxes are x1, y1, x2, y2, not x, y, width, height",
            ),
            ((label != np.rint(label)) | (label < PADDING), "its class is none: classes are whole numbers from 0"),
        ]
        if columns == _FOUND:
            sure = rows[..., 5]
            faults.append(((sure < 0) | (sure > 1), "its confidence must be from 0 to 1"))
        else:
            flat = (rows[..., 2] == rows[..., 0]) | (rows[..., 3] == rows[..., 1])
            faults.append((flat, "it has no area, so nothing can overlap it"))
    # A row without a box may hold anything but a class that is no number.
    for fault, words in faults:
        wrong = np.argwhere(fault & there)
        if len(wrong):
            image, row = wrong[0]
            raise refusal(f"{name}[{image}] holds the box {rows[image, row].tolist()}: {words}")
    # Named fields rather than a fifth and a sixth column, so that an array says itself that it holds
    # boxes: what moves them with the image cannot mistake another (n, k, 5) array for them.
    dtype = np.dtype([(field, "i8" if field == "class" else "f8") for field in columns])
    boxes: Boxes = np.zeros(rows.shape[:2], dtype=dtype)
    for column, field in enumerate(columns):
        boxes[field] = np.where(there, rows[..., column], PADDING if field == "class" else 0)
    return boxes
