"""The model that is attacked: a small CNN on MNIST, trained once and kept."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np

from pytest_robust.core.arrays import Floats, Integers
from reference_models.data import mnist

__all__ = ["BATCH", "Digits", "digits"]

BATCH = 250
"""Images the model is asked about at once, by us and by what we are measured against."""

_CACHE = Path(__file__).parents[1] / ".cache" / "benchmarks"


@dataclass(frozen=True, kw_only=True)
class Digits:
    """An undefended classifier of digits, and images it has not seen.

    Args:
        model: 114,314 parameters, (n, 28, 28, 1) in [0, 1] to (n, 10) logits.
        x: (1000, 28, 28, 1) test images.
        y: (1000,) digits.
    """

    model: Any
    x: Floats
    y: Integers


def digits() -> Digits:
    """Return the model and the test images, whatever MNIST else this machine has."""
    splits = mnist.read(mnist.EMBEDDED, source="mnist_5000")
    recipe = f"{Path(__file__).read_text(encoding='utf-8')} {version('keras')} {version('tensorflow')}"
    path = _CACHE / f"cnn-{blake2b(recipe.encode(), digest_size=8).hexdigest()}.keras"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        _trained(splits.train.x, splits.train.y).save(path)
    model = keras.saving.load_model(path, compile=False)
    return Digits(model=model, x=np.array(splits.test.x), y=np.array(splits.test.y))


def _trained(x: Floats, y: Integers) -> Any:
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ]
    )
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x, y, batch_size=64, epochs=8, verbose=0)
    return model
