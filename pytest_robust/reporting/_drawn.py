"""Takes what a test draws, a matplotlib figure or an image, as a picture for the page."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.figure import Figure

__all__ = ["check_drawing", "drawn"]

# Dots an inch: sharp on a screen of two dots to a point, where that is not wider than a page.
_DPI = 144
_WIDEST = 1200
# Up to here an image is drawn in visible pixels, at least this wide.
_PIXEL_ART = 320
_LOSSY = 80
_CHANNELS = {1, 3, 4}
_HINT = "pass a matplotlib Figure, a PIL image, or (height, width[, 1, 3 or 4]) levels: uint8, or numbers in [0, 1]"


def check_drawing(figure: Any, *, title: str) -> None:  # noqa: ANN401 - three libraries' pictures
    """Refuse what `drawn` refuses, without drawing it.

    Raises:
        InvalidArgument: It is no figure, or has no title.
    """
    if not isinstance(title, str) or not title.strip():
        raise InvalidArgument(f"title={title!r}: say in words what the figure shows; readers who cannot see it hear it")
    if not isinstance(figure, Image.Image) and not _is_drawing(figure):
        _levels(figure)


def drawn(figure: Any, *, title: str) -> Figure:  # noqa: ANN401 - three libraries' pictures
    """Return a picture of what was drawn.

    Args:
        figure: A matplotlib `Figure`, a PIL image, or an array (height, width), or with 1, 3 or 4 channels
            behind: uint8, or numbers in [0, 1]. Small images are enlarged so that their pixels are seen.
        title: What it shows.

    Raises:
        InvalidArgument: It is none of these, or has no title.

    Examples:
        >>> import numpy as np
        >>> checkered = drawn(np.indices((8, 8)).sum(axis=0) % 2, title="a board")
        >>> checkered.width, checkered.height
        (320, 320)
    """
    check_drawing(figure, title=title)
    image = _image(figure).convert("RGBA")
    # On paper as on a dark page a drawing has the ground that it was drawn for.
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    picture = _fitted(ground.convert("RGB"))
    # Lines are smaller exact, photographs are not.
    smaller = min(_webp(picture, lossless=True), _webp(picture, quality=_LOSSY), key=len)
    return Figure(title=title, width=picture.width, height=picture.height, webp=b64encode(smaller).decode())


def _image(figure: Any) -> Image.Image:  # noqa: ANN401 - as in `drawn`
    if isinstance(figure, Image.Image):
        return figure
    if _is_drawing(figure):
        stream = BytesIO()
        figure.savefig(stream, format="png", dpi=min(_DPI, _WIDEST / figure.get_figwidth()))
        return Image.open(stream)
    return Image.fromarray(_levels(figure))


def _is_drawing(figure: Any) -> bool:  # noqa: ANN401 - whatever it is
    # Without importing matplotlib; `pyplot` and grids of figures have `savefig` alone.
    return hasattr(figure, "savefig") and hasattr(figure, "get_figwidth")


def _levels(figure: Any) -> NDArray[Any]:  # noqa: ANN401 - whatever it is
    levels = np.asarray(figure)
    if levels.ndim == 3 and levels.shape[2] == 1:  # noqa: PLR2004 - height, width and channels
        levels = levels[:, :, 0]
    has_form = levels.ndim == 2 or (levels.ndim == 3 and levels.shape[2] in _CHANNELS)  # noqa: PLR2004 - as above
    if not has_form or not levels.size or levels.dtype.kind not in "biuf":
        raise InvalidArgument(f"a {type(figure).__name__} of shape {levels.shape} is no figure; {_HINT}")
    if levels.dtype != np.uint8:
        low, high = float(levels.min()), float(levels.max())
        # Also where a value is no number.
        if not (low >= 0 and high <= 1):
            raise InvalidArgument(f"the image has values from {low:g} to {high:g}; {_HINT}")
        levels = np.rint(levels * 255.0).astype(np.uint8)
    return levels


def _fitted(image: Image.Image) -> Image.Image:
    longer = max(image.size)
    if longer <= _PIXEL_ART:
        larger = -(-_PIXEL_ART // longer)
        return image.resize((image.width * larger, image.height * larger), Image.Resampling.NEAREST)
    if image.width > _WIDEST:
        height = max(1, round(image.height * _WIDEST / image.width))
        return image.resize((_WIDEST, height), Image.Resampling.LANCZOS)
    return image


def _webp(image: Image.Image, **options: Any) -> bytes:  # noqa: ANN401 - pillow's own options
    stream = BytesIO()
    image.save(stream, "WEBP", method=4, **options)
    return stream.getvalue()
