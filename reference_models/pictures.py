"""Pictures of digits from anywhere, made as MNIST's are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["as_mnist", "read_picture"]

# MNIST's digits fill 20 of 28 pixels.
_SIDE, _FILLED = 28, 20
# What differs from the paper by less is a shade of the paper, if there is ink anywhere.
_SHADE = 0.15
# Levels of 255 between paper and ink: a pencil's faintest stroke has more, a scan's noise less.
_FAINTEST = 30
_WHITE, _BLACK = 255, 0


def read_picture(path: Path | str) -> NDArray[np.uint8]:
    """Return the picture in a file as (height, width, 3) bytes, upright.

    A camera's word on which side is up is followed. What is transparent is white paper; where
    nothing can be seen then, because the ink is white, it is black.

    Args:
        path: A PNG, a JPEG, or anything else that Pillow reads; grey or in colours, of any size.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no picture, or only a part of one.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened)
            if image.mode in {"I", "I;16", "I;16B", "I;16L"}:
                return _of_two_bytes(image)
            layers = image.convert("RGBA")
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: there is no such file; pass the path of a picture") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} is no picture that can be read: {error}; pass a PNG or a JPEG") from error
    seen = _on_paper(layers, _WHITE)
    return seen if np.ptp(seen, axis=(0, 1)).max() >= _FAINTEST else _on_paper(layers, _BLACK)


def as_mnist(picture: NDArray[Any]) -> NDArray[np.uint8]:
    """Return a picture of a digit as MNIST has it: (28, 28, 1) bytes, ink 255 on paper 0.

    The paper is what the border shows, and ink is what differs from it, darker, lighter, or of
    another colour. The ink is cut out, scaled to fit 20 x 20 with its proportions kept, and put
    down with its centre of mass in the centre, as MNIST was made.

    Args:
        picture: (height, width) or (height, width, 3) bytes, 0 to 255. A digit that touches the
            border along most of it would be taken for paper.

    Raises:
        ValueError: It is not of bytes or of another shape, or shows one colour only.

    Examples:
        >>> paper = np.full((100, 80), 255, np.uint8)
        >>> paper[20:80, 35:45] = 0  # a one, in black
        >>> one = as_mnist(paper)[..., 0]
        >>> one.shape, int(one.max()), (one > 127).any(axis=1).sum()
        ((28, 28), 255, 20)

    References:
        LeCun, Cortes, Burges, "The MNIST database of handwritten digits", for how its images were made.
    """
    ink = _ink(_checked(picture))
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    fitted = _fitted(cut)
    placed = np.zeros((_SIDE, _SIDE), np.float32)
    top, left = _corner(fitted)
    placed[top : top + fitted.shape[0], left : left + fitted.shape[1]] = fitted
    return np.rint(placed * (255 / placed.max())).astype(np.uint8)[..., None]


def _of_two_bytes(image: Image) -> NDArray[np.uint8]:
    grey = np.asarray(image).astype(np.int64)
    return np.repeat(np.clip(grey // 256, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def _on_paper(layers: Image, shade: int) -> NDArray[np.uint8]:
    from PIL import Image

    paper = Image.new("RGBA", layers.size, (shade, shade, shade, 255))
    return np.asarray(Image.alpha_composite(paper, layers).convert("RGB"))


def _checked(picture: NDArray[Any]) -> NDArray[np.uint8]:
    picture = np.asarray(picture)
    if picture.dtype != np.uint8:
        reach = f", from {picture.min():g} to {picture.max():g}" if picture.size and picture.dtype.kind in "iuf" else ""
        raise ValueError(
            f"picture has type {picture.dtype}{reach}; pass bytes, uint8 from 0 to 255: "
            "the model that reads it divides by 255 itself"
        )
    if picture.ndim not in {2, 3} or picture.shape[2:] not in {(), (1,), (3,)} or 0 in picture.shape:
        raise ValueError(f"picture has shape {picture.shape}; pass one, (height, width) or (height, width, 3)")
    return picture.reshape(*picture.shape[:2], -1)


def _ink(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how much of each pixel is ink, 0 to 1."""
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    paper = np.median(border, axis=0)
    difference = np.abs(picture.astype(np.float32) - paper.astype(np.float32)).max(axis=2)
    most = float(difference.max())
    if most < _FAINTEST:
        raise ValueError(
            f"the picture shows one colour only, nothing differs from its border by more than {most:g} of 255; "
            f"pass one with a digit that differs by {_FAINTEST} at least, and with paper around it"
        )
    ink: NDArray[np.float32] = difference / np.float32(most)
    ink[ink < _SHADE] = 0
    return ink


def _fitted(cut: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the ink scaled so that its longer side is 20."""
    from PIL import Image

    height, width = cut.shape
    scale = _FILLED / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Pillow's filters widen when they make smaller, so that thin lines fade and do not break.
    return np.asarray(Image.fromarray(cut).resize(size, Image.Resampling.BILINEAR))


def _corner(ink: NDArray[np.float32]) -> tuple[int, int]:
    """Return where to put down ink so that its mass is centred as far as it stays inside."""
    rows, columns = np.indices(ink.shape)
    centre = [float((places * ink).sum() / ink.sum()) for places in (rows, columns)]
    ends = [_SIDE - side for side in ink.shape]
    # At 14, as in MNIST's images: half a pixel below and right of the middle.
    top, left = (min(max(round(_SIDE / 2 - at), 0), end) for at, end in zip(centre, ends, strict=True))
    return top, left
