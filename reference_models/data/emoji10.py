"""emoji10: 32 x 32 colour images of ten kinds of emoji on photographs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reference_models.splits import Examples, Splits

__all__ = ["CLASSES", "EMBEDDED", "PHOTO", "SIDE", "SIZES", "load", "pixels", "tested_glyphs"]

EMBEDDED = Path(__file__).with_name("emoji10.npz")

CLASSES = ("animal", "clothing", "face", "flag", "food", "hand", "person", "place", "tool", "vehicle")

# Pixels: of an image, of the glyphs on it, and of the photographs that it has its ground from.
SIDE = 32
SIZES = (24, 28, 30, 32)
PHOTO = 192

# Fully opaque.
_FULL = 255


def load() -> Splits:
    """Return 6,000 images to learn from and 1,500 to test on, float32 in [0, 1], shape (n, 32, 32, 3).

    No glyph and no photograph is in both. `elsewhere["twitter"]` are the test images once more, row
    by row with the same glyph in the same place on the same ground, drawn by another vendor.
    """
    with np.load(EMBEDDED, allow_pickle=False) as file:
        arrays = dict(file)

    def examples(part: str, vendor: str) -> Examples:
        images = pixels(arrays[vendor], arrays["photos"], arrays[part])
        return Examples(
            x=images.astype(np.float32) / np.float32(255), y=arrays["label"][arrays[part][:, 0]].astype(np.int64)
        )

    return Splits(
        train=examples("train", "google"),
        test=examples("test", "google"),
        source="emoji10",
        elsewhere={"twitter": examples("test", "twitter")},
    )


def tested_glyphs() -> NDArray[np.int64]:
    """Return which glyph each of the test images shows.

    Images of one glyph are right or wrong together: pass it to the plugin as `groups=`.
    """
    with np.load(EMBEDDED, allow_pickle=False) as file:
        return file["test"][:, 0].astype(np.int64)


def pixels(glyphs: NDArray[np.uint8], photos: NDArray[np.uint8], plan: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Return the images of a plan, each a glyph over a patch of a photograph.

    Whole numbers only, so that every machine has the same images.

    Args:
        glyphs: (g, 32, 32, 4) RGBA.
        photos: (p, 192, 192, 3) RGB.
        plan: (n, 8) glyph, index of its size, its top and left, whether it is mirrored, photograph,
            the patch's top and left.

    Returns:
        (n, 32, 32, 3)
    """
    glyph, size, top, left, mirrored, photo, patch_top, patch_left = plan.astype(np.intp).T
    used, glyph = np.unique(glyph, return_inverse=True)
    span = np.arange(SIDE)
    # What is reduced has its glyph in the corner and is empty beyond, so that to turn it round is to move it.
    rows = (span - top[:, None]) % SIDE
    columns = (np.where(mirrored[:, None], span[::-1], span) - left[:, None]) % SIDE
    reduced = np.stack([_reduced(glyphs[used], each) for each in SIZES])
    drawn = reduced[size[:, None, None], glyph[:, None, None], rows[:, :, None], columns[:, None, :]]
    ground = photos[
        photo[:, None, None], (patch_top[:, None] + span)[:, :, None], (patch_left[:, None] + span)[:, None, :]
    ]
    clear = (_FULL - drawn[..., 3:]).astype(np.uint16)
    shining_through = (clear * ground + _FULL // 2) // _FULL
    return np.minimum(drawn[..., :3] + shining_through, _FULL).astype(np.uint8)


def _reduced(glyphs: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return glyphs in the upper left corner at a size, by area; colours times opacity."""
    low, high = np.arange(size)[:, None], np.arange(SIDE)[None, :]
    # How much of a pixel lies in a smaller image's pixel, in parts of it: each row has SIDE parts.
    shared = np.maximum(np.minimum((low + 1) * SIDE, (high + 1) * size) - np.maximum(low * SIDE, high * size), 0)
    opacity = glyphs[..., 3:].astype(np.float64)
    thick = np.concatenate([glyphs[..., :3] * opacity, opacity * _FULL], axis=-1)
    # As float64 for the sake of speed: these sums stay below 2 ** 27, so that they are exact in any order.
    share = shared.astype(np.float64)
    upright = np.tensordot(share, thick, axes=(1, 1))  # (size, g, 32, 4)
    sums = np.tensordot(upright, share, axes=(2, 1))  # (size, g, 4, size)
    whole = SIDE * SIDE * _FULL
    corner: NDArray[np.uint8] = np.zeros(glyphs.shape, np.uint8)
    corner[:, :size, :size] = ((sums.astype(np.int64) + whole // 2) // whole).transpose(1, 0, 3, 2)
    return corner
