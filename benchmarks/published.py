"""The corruptions of the package imagecorruptions, and which of ours each stands beside."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_sample_images

from pytest_robust.core.perturbation import Transform
from pytest_robust.transforms import (
    Brightness,
    Contrast,
    DefocusBlur,
    ElasticTransform,
    Fog,
    Frost,
    GaussianBlur,
    GaussianNoise,
    GlassBlur,
    ImpulseNoise,
    JpegCompression,
    MotionBlur,
    Pixelate,
    Saturate,
    ShotNoise,
    Snow,
    Spatter,
    SpeckleNoise,
    ZoomBlur,
)

__all__ = ["PUBLISHED", "Corrupt", "corrupt", "photos"]

PUBLISHED: dict[type[Transform], str] = {
    Brightness: "brightness",
    Contrast: "contrast",
    DefocusBlur: "defocus_blur",
    ElasticTransform: "elastic_transform",
    Fog: "fog",
    Frost: "frost",
    GaussianBlur: "gaussian_blur",
    GaussianNoise: "gaussian_noise",
    GlassBlur: "glass_blur",
    ImpulseNoise: "impulse_noise",
    JpegCompression: "jpeg_compression",
    MotionBlur: "motion_blur",
    Pixelate: "pixelate",
    Saturate: "saturate",
    ShotNoise: "shot_noise",
    Snow: "snow",
    Spatter: "spatter",
    SpeckleNoise: "speckle_noise",
    ZoomBlur: "zoom_blur",
}
"""What has a severity, and the package's name for it."""

Corrupt = Callable[[NDArray[np.uint8], int, str], NDArray[np.uint8]]
"""From an image, a severity and a name to the image corrupted."""


@cache
def corrupt() -> Corrupt:
    """Return the package's function, mended only where the libraries that it calls have moved on since."""
    resources: Any = ModuleType("pkg_resources")
    resources.resource_filename = lambda module, name: str(files(module.partition(".")[0]) / name)
    present = sys.modules.get("pkg_resources")
    sys.modules["pkg_resources"] = resources  # gone from setuptools, and all it is asked for is where a file is
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # scipy.ndimage.interpolation
            import imagecorruptions
            from imagecorruptions import corruptions
    finally:
        del sys.modules["pkg_resources"]
        if present is not None:
            sys.modules["pkg_resources"] = present
    blur = corruptions.gaussian

    def gaussian(image: Any, *arguments: Any, multichannel: bool = False, **keywords: Any) -> Any:
        return blur(image, *arguments, channel_axis=-1 if multichannel else None, **keywords)

    corruptions.gaussian = gaussian  # scikit-image renamed `multichannel`
    corruptions.np = SimpleNamespace(**{**vars(np), "float_": np.float64})  # gone from NumPy 2

    def corrupted(image: NDArray[np.uint8], severity: int, name: str) -> NDArray[np.uint8]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            changed: NDArray[np.uint8] = imagecorruptions.corrupt(image, severity, name)
        # Where no drop falls on an image, its spatter divides by 0, and the image is black.
        return image if name == "spatter" and not changed.any() else changed

    return corrupted


def photos(count: int, size: int) -> NDArray[np.uint8]:
    """Return (count, size, size, 3) pieces of scikit-learn's two photographs, scaled down."""
    large = load_sample_images().images
    pieces = []
    for piece in range(count):
        side, image = 200 + 17 * piece % 220, large[piece % len(large)]
        top, left = 83 * piece % (image.shape[0] - side), 131 * piece % (image.shape[1] - side)
        cut = Image.fromarray(image[top : top + side, left : left + side])
        pieces.append(np.asarray(cut.resize((size, size), Image.Resampling.LANCZOS)))
    return np.stack(pieces)
