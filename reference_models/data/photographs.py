"""A dozen photographs, small, to put behind what a network looks for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["EMBEDDED", "HELD_OUT", "Photographs", "load"]

EMBEDDED = Path(__file__).with_name("photographs.npz")

# Not to be learned from, so that a test also meets surroundings that are new: a still life, a plant, a person in
# a park and a texture, each with another of its kind among those that are left.
HELD_OUT = ("camera", "coffee", "flower", "gravel")


@dataclass(frozen=True, kw_only=True)
class Photographs:
    """Photographs by name, (height, width, 3) uint8 each.

    Args:
        train: What a model may learn from.
        test: Those of `HELD_OUT`.
    """

    train: dict[str, NDArray[Any]]
    test: dict[str, NDArray[Any]]


def load() -> Photographs:
    """Return the embedded photographs, grey ones with three equal channels; the shorter side has 160 pixels."""
    with np.load(EMBEDDED, allow_pickle=False) as file:
        photographs = {name: _coloured(file[name]) for name in sorted(file)}
    return Photographs(
        train={name: image for name, image in photographs.items() if name not in HELD_OUT},
        test={name: photographs[name] for name in HELD_OUT},
    )


def _coloured(image: NDArray[Any]) -> NDArray[Any]:
    return image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
