"""Makes photographs.npz; needs scikit-image, which no task does.

Run `python -m reference_models.data.make_photographs`; DATA.md says where the photographs come from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import skimage
import sklearn.datasets
from PIL import Image

from reference_models.data.photographs import EMBEDDED

# What lies in the packages' wheels and is free of copyright, or under a licence that lets it be changed and passed on.
_OF_SCIKIT_IMAGE = {
    "astronaut": "astronaut.png",
    "brick": "brick.png",
    "camera": "camera.png",
    "chelsea": "chelsea.png",
    "coffee": "coffee.png",
    "grass": "grass.png",
    "gravel": "gravel.png",
    "hubble": "hubble_deep_field.jpg",
    "retina": "retina.jpg",
    "rocket": "rocket.jpg",
}
_OF_SCIKIT_LEARN = {"china": "china.jpg", "flower": "flower.jpg"}
_SHORTER_SIDE = 160


def make(path: Path) -> None:
    """Write the photographs, scaled down to a shorter side of 160 pixels, as uint8."""
    ours, theirs = Path(skimage.__file__).parent / "data", Path(sklearn.datasets.__file__).parent / "images"
    files = {name: ours / file for name, file in _OF_SCIKIT_IMAGE.items()}
    files |= {name: theirs / file for name, file in _OF_SCIKIT_LEARN.items()}
    arrays: dict[str, Any] = {}
    for name, file in sorted(files.items()):
        with Image.open(file) as image:
            kept = image if image.mode == "L" else image.convert("RGB")
            share = _SHORTER_SIDE / min(kept.size)
            size = (round(kept.width * share), round(kept.height * share))
            arrays[name] = np.asarray(kept.resize(size, Image.Resampling.LANCZOS))
    np.savez_compressed(path, **arrays)


if __name__ == "__main__":
    make(EMBEDDED)
