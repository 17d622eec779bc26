"""The model that is attacked: a small CNN on MNIST, trained once and kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np

from pytest_robust.core.arrays import Floats, Integers
from reference_models.data import mnist

__all__ = ["BATCH", "FOLDER", "Digits", "digits", "kept", "layered", "trained"]

BATCH = 250
"""Images the model is asked about at once, by us and by what we are measured against."""

FOLDER = "ROBUST_BENCH_DIR"
"""Names a folder with a model and its data to measure instead: mnist_cnn.keras and mnist_split.npz."""

_CACHE = Path(__file__).parents[1] / ".cache" / "benchmarks"


@dataclass(frozen=True, kw_only=True)
class Digits:
    """A classifier of digits, and images it has not seen.

    Args:
        model: (n, height, width, channels) in [0, 1] to (n, classes) logits.
        x: (n, height, width, channels) test images.
        y: (n,) digits.
    """

    model: Any
    x: Floats
    y: Integers

    @property
    def classes(self) -> int:
        """How many digits it tells apart."""
        return int(self.model.output_shape[1])


def digits() -> Digits:
    """Return an undefended model of 114,314 parameters and 1,000 test images, or those of the folder given."""
    if folder := os.environ.get(FOLDER):
        return _given(Path(folder))
    splits = mnist.read(mnist.EMBEDDED, source="mnist_5000")
    model = kept("cnn", Path(__file__), lambda: trained(layered((28, 28, 1), 10), splits.train.x, splits.train.y))
    return Digits(model=model, x=np.array(splits.test.x), y=np.array(splits.test.y))


def _given(folder: Path) -> Digits:
    model = keras.saving.load_model(folder / "mnist_cnn.keras", compile=False)
    with np.load(folder / "mnist_split.npz", allow_pickle=False) as split:
        x, y = split["x_test"].astype(np.float32), split["y_test"].astype(np.int64)
    return Digits(model=model, x=x, y=y)


def kept(name: str, recipe: Path, made: Callable[[], Any]) -> Any:
    """Return a trained model, from its file where the recipe that wrote it has not changed.

    Args:
        name: Of the file.
        recipe: The source that makes the model.
        made: Makes and trains it.
    """
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted({Path(__file__), recipe}))
    text = f"{sources} {version('keras')} {version('tensorflow')}"
    path = _CACHE / f"{name}-{blake2b(text.encode(), digest_size=8).hexdigest()}.keras"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        keras.utils.set_random_seed(0)
        made().save(path)
    return keras.saving.load_model(path, compile=False)


def layered(shape: tuple[int, int, int], classes: int) -> Any:
    """Return the CNN with random weights.

    Args:
        shape: (height, width, channels) of an image.
        classes: Logits.
    """
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv2D(16, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(classes),
        ]
    )


def trained(model: Any, x: Floats, y: Integers) -> Any:
    """Return the model after eight epochs."""
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x, y, batch_size=64, epochs=8, verbose=0)
    return model
