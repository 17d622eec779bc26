"""One example before and after a change, as reports show it: plain values only."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.bounds import Bounds

__all__ = ["Example", "Picture"]

_IMAGE_RANKS = {2, 3}
_CHANNELS = {1, 3, 4}
# Pixels a side: a report shows pictures smaller than this, and three of them travel with each check.
_LARGEST = 128


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An image with 256 levels, as text.

    Args:
        height: Pixels.
        width: Pixels.
        channels: 1, 3 or 4.
        levels: base64 of height * width * channels bytes, rows first.
    """

    height: int
    width: int
    channels: int
    levels: str

    @classmethod
    def of(cls, image: NDArray[Any], bounds: Bounds) -> Picture | None:
        """Return the picture of an array, or None if it is no image; larger ones are thinned out.

        Args:
            image: (height, width) or (height, width, 1, 3 or 4) numbers.
            bounds: What is black and what is white.
        """
        if image.ndim not in _IMAGE_RANKS or not np.issubdtype(image.dtype, np.number):
            return None
        shape = image.shape if image.ndim > 2 else (*image.shape, 1)  # noqa: PLR2004 - height and width
        if shape[2] not in _CHANNELS or min(shape[:2]) < 2:  # noqa: PLR2004 - a line is no image
            return None
        low, span = (bounds.low, bounds.span) if bounds.finite else (float(image.min()), float(np.ptp(image)) or 1.0)
        step = -(-max(shape[:2]) // _LARGEST)
        image = image.reshape(shape)[::step, ::step]
        shape = image.shape
        levels = np.clip(np.rint((image.astype(np.float64) - low) / span * 255), 0, 255).astype(np.uint8)
        return cls(height=shape[0], width=shape[1], channels=shape[2], levels=b64encode(levels.tobytes()).decode())

    def array(self) -> NDArray[np.uint8]:
        """Return (height, width, channels) levels."""
        flat = np.frombuffer(b64decode(self.levels), dtype=np.uint8)
        return flat.reshape(self.height, self.width, self.channels)


@dataclass(frozen=True, kw_only=True)
class Example:
    """One example before and after the change.

    Args:
        index: Its position in the dataset.
        label: What should be answered.
        before: What is answered to the unchanged input.
        after: What is answered to the changed one.
        before_score: The share of belief in `before`, 0 to 1, where the model gives scores.
        after_score: The share of belief in `after`.
        distance: The norm of the change, where it has one.
        clean: The unchanged input as a picture.
        changed: The changed input as a picture.
        clean_text: The unchanged input in words, where it is no picture.
        changed_text: The changed input in words; empty where it was answered wrong as it is.
    """

    index: int
    label: str
    before: str
    after: str
    before_score: float | None = None
    after_score: float | None = None
    distance: float | None = None
    clean: Picture | None = None
    changed: Picture | None = None
    clean_text: str = ""
    changed_text: str = ""

    @property
    def unchanged(self) -> bool:
        """Whether it was answered wrong as it is."""
        return bool(self.clean_text) and not self.changed_text

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Example:
        """Return what `dataclasses.asdict` made of one."""
        pictures = {name: Picture(**values[name]) if values[name] else None for name in ("clean", "changed")}
        return cls(**{**values, **pictures})
