"""Pictures as addresses that carry their own bytes."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pytest_robust.core.example import Example, Picture

__all__ = ["Shown", "Triptych", "png", "triptych"]

_GREY = 128
_OPAQUE_CHANNELS = 3
# Up to here a picture is drawn in visible pixels; beyond, it is a photograph.
_PIXEL_ART = 64
_SHRINK = 0.75
_SMALLEST_SIDE = 16
# The longer side of a picture on its own, at least half of it; and what share of an image parts two.
_LARGE = 512
_GAP = 16


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A picture for a page.

    Args:
        address: A data: address.
        pixelated: Whether it is so small that its pixels should be seen.
    """

    address: str
    pixelated: bool


@dataclass(frozen=True, kw_only=True)
class Triptych:
    """An example as pictures.

    Args:
        clean: The unchanged input.
        changed: The changed input.
        difference: Grey where nothing changed, scaled so that the largest change is black or white.
        largest: The largest change, in levels of 255.
    """

    clean: Shown
    changed: Shown
    difference: Shown | None
    largest: int


def triptych(example: Example, *, most_bytes: int) -> Triptych | None:
    """Return the pictures of an example, or None if it has none.

    Args:
        example: What to show.
        most_bytes: What one picture may weigh; those above it are compressed, then shrunk.
    """
    if example.clean is None or example.changed is None:
        return None
    clean, changed = _opaque(example.clean), _opaque(example.changed)
    difference, largest = None, 0
    if clean.shape == changed.shape:
        delta = changed.astype(np.int16) - clean.astype(np.int16)
        largest = int(np.abs(delta).max())
        scaled = np.rint(_GREY + delta * ((_GREY - 1) / max(largest, 1))).astype(np.uint8)
        difference = _shown(scaled, most_bytes)
    return Triptych(
        clean=_shown(clean, most_bytes),
        changed=_shown(changed, most_bytes),
        difference=difference,
        largest=largest,
    )


def png(clean: Picture, changed: Picture) -> bytes:
    """Return one image of an example before and after a change, side by side, enlarged where it is small.

    Args:
        clean: The unchanged input.
        changed: The changed input, of as many pixels.
    """
    pair = [_opaque(clean), _opaque(changed)]
    gap = np.full((clean.height, max(1, clean.width // _GAP), pair[0].shape[2]), _GREY, dtype=np.uint8)
    levels = np.concatenate([pair[0], gap, pair[1]], axis=1)
    image = Image.fromarray(levels[:, :, 0] if levels.shape[2] == 1 else levels)
    larger = max(1, _LARGE // max(levels.shape[:2]))
    image = image.resize((image.width * larger, image.height * larger), Image.Resampling.NEAREST)
    return _encoded(image, "PNG", optimize=True)


def _opaque(picture: Picture) -> NDArray[np.uint8]:
    return picture.array()[:, :, :_OPAQUE_CHANNELS]


def _shown(levels: NDArray[np.uint8], most_bytes: int) -> Shown:
    image = Image.fromarray(levels[:, :, 0] if levels.shape[2] == 1 else levels)
    pixelated = max(image.size) <= _PIXEL_ART
    exact = _encoded(image, "PNG", optimize=True)
    if len(exact) <= most_bytes:
        return Shown(address=_address("png", exact), pixelated=pixelated)
    lossy = _encoded(image, "JPEG", quality=85)
    while len(lossy) > most_bytes and max(image.size) > _SMALLEST_SIDE:
        width, height = (max(1, round(side * _SHRINK)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.LANCZOS)
        lossy = _encoded(image, "JPEG", quality=85)
    return Shown(address=_address("jpeg", lossy), pixelated=pixelated)


def _encoded(image: Image.Image, form: str, **options: Any) -> bytes:  # noqa: ANN401 - pillow's own options
    stream = BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def _address(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{b64encode(content).decode()}"
