"""MNIST: 28 x 28 grey images of handwritten digits."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.data.at_hand import arrays, kept_by_keras, users
from reference_models.splits import Examples, Splits

__all__ = ["EMBEDDED", "load", "read"]

EMBEDDED = Path(__file__).with_name("mnist_5000.npz")

_CLASSES = 10


def load() -> Splits:
    """Return the best MNIST at hand, images as float32 in [0, 1], shape (n, 28, 28, 1).

    In this order: `mnist.npz` in the folder that the environment variable ROBUST_DATA_DIR names;
    the original that Keras has cached, or downloads now if ROBUST_DOWNLOAD is 1; the 5,000
    embedded images. The network is never tried unasked: without one, it can hang for minutes.

    Raises:
        ValueError: A file is there, but is not MNIST; the message says what is wrong with it.
        FileNotFoundError: ROBUST_DATA_DIR names no folder.
        ConnectionError: The download that ROBUST_DOWNLOAD asks for failed.
    """
    path = users("mnist.npz") or kept_by_keras("mnist.npz", _download, called="MNIST")
    return read(EMBEDDED, source="mnist_5000") if path is None else read(path, source="mnist")


def read(path: Path, *, source: str) -> Splits:
    """Return the splits of a file with Keras' keys: uint8 images, a digit for each.

    Keras' own loader refuses a file whose hash is not that of the original; this one asks only
    that the contents make sense.

    Args:
        path: A .npz with x_train, y_train, x_test and y_test.
        source: What to call the data.

    Raises:
        ValueError: The file cannot be read, a key is missing, or an array is not as it must be.
    """
    try:
        held = arrays(path)
        return Splits(
            train=_examples(held["x_train"], held["y_train"], "train"),
            test=_examples(held["x_test"], held["y_test"], "test"),
            source=source,
        )
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} is not an MNIST file: {error}") from error


def _examples(images: NDArray[Any], labels: NDArray[Any], part: str) -> Examples:
    if images.dtype != np.uint8:
        # Values already in [0, 1] would be divided by 255 a second time, and still look like images.
        raise ValueError(f"x_{part} has type {images.dtype}; pass uint8, 0 to 255, as the original has it")
    if images.shape[1:] not in {(28, 28), (28, 28, 1)}:
        raise ValueError(f"x_{part} has shape {images.shape}; pass (n, 28, 28)")
    if labels.shape != (len(images),) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"y_{part} has shape {labels.shape} and type {labels.dtype}; "
            f"pass one integer for each of the {len(images)} images, not one-hot rows"
        )
    wrong = np.flatnonzero((labels < 0) | (labels >= _CLASSES))
    if len(wrong):
        raise ValueError(f"y_{part}[{wrong[0]}] is {labels[wrong[0]]}; pass digits, 0 to 9")
    return Examples(x=images.reshape(-1, 28, 28, 1).astype(np.float32) / np.float32(255), y=labels.astype(np.int64))


def _download() -> None:
    import keras

    keras.datasets.mnist.load_data()
