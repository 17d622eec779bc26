"""What is measured of a generator."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.gan.frechet import Moments, distance, features_of
from reference_models.gan.reader import digits_present
from reference_models.splits import Splits
from reference_models.task import Model

__all__ = ["KEY", "coverage", "distances"]

KEY = 1902
"""The key of the latent vectors that are measured; checkpoints are chosen by others."""


def distances(images: NDArray[Any], splits: Splits, network: Model) -> dict[str, float]:
    """Return the Frechet distance of images to the test set, and beside it that of two others.

    "frechet_real" is that of training images, the least that can be hoped for; "frechet_noise" that of independent
    pixels, what may be had without learning. All three are of as many images, or they could not be compared.

    Args:
        images: (n, ...) generated ones, as many as the test set has.
        splits: The real ones; at least as many to learn from as to test on.
        network: From images to features.
    """
    test = Moments.of(features_of(network, splits.test.x))
    noise = np.random.Generator(np.random.Philox(key=KEY)).random(splits.test.x.shape, dtype=np.float32)
    sets = {"frechet": images, "frechet_real": splits.train.x[: len(splits.test)], "frechet_noise": noise}
    return {name: distance(test, Moments.of(features_of(network, each))) for name, each in sets.items()}


def coverage(images: NDArray[Any], reader: Model) -> dict[str, float]:
    """Return how many of the ten digits are read in images, and the share of the rarest.

    Args:
        images: (n, ...) in [0, 1].
        reader: From images to (n, 10) probabilities.
    """
    read = features_of(reader, images).argmax(axis=-1)
    rarest = np.bincount(read, minlength=10).min() / len(read)
    return {"digits": round(10 * digits_present(None, read)), "rarest_digit": float(rarest)}
