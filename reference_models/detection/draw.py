"""Boxes drawn into pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from reference_models.data.boxed_images import NO_BOX, SIDE
from reference_models.detection.detector import Detector
from reference_models.task import Model

__all__ = ["detect"]

_SURE = 0.5
_COLOUR = "#009e73"


def detect(model: Model, image: Image.Image, names: Sequence[str], *, least: float = _SURE) -> Image.Image:
    """Return a copy of a picture with a box around each thing that is found, its class and how sure that is.

    Args:
        model: What `single_stage_detector` returns, fitted.
        image: A picture of any size and mode; it is looked at as 96 x 96 pixels, as the training images are.
        names: What the classes are called.
        least: Things less sure are not drawn, from 0 to 1.
    """
    picture = image.convert("RGB")
    seen = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX))
    found = Detector(network=model, least=least)(seen[None])
    share = np.array([picture.width, picture.height] * 2) / SIDE
    # A line and letters that can be seen on a picture of any size.
    size = max(min(picture.size) // 24, 8)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size)
    for box, label, sure in zip(found["boxes"][0] * share, found["labels"][0], found["scores"][0], strict=True):
        if label != NO_BOX:
            pen.rectangle(box.tolist(), outline=_COLOUR, width=max(size // 8, 1))
            said = f"{names[label]} {sure:.0%}"
            # Above the box, or within it at the upper edge.
            left, top = box[0], max(box[1] - size - 2, 0)
            pen.rectangle(pen.textbbox((left, top), said, font=font), fill=_COLOUR)
            pen.text((left, top), said, fill="white", font=font)
    return picture
