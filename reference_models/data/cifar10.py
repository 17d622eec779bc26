"""CIFAR-10: 32 x 32 colour photographs of ten kinds of things; nothing of it is embedded."""

from __future__ import annotations

import pickle
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.data import emoji10
from reference_models.data.at_hand import arrays, kept_by_keras, users
from reference_models.pickles import unpickled
from reference_models.splits import Examples, Splits

__all__ = ["load", "read", "read_batches"]

_CLASSES = 10
_CACHED = "cifar-10-batches-py-target/cifar-10-batches-py"
_BATCHES = {"train": [f"data_batch_{number}" for number in range(1, 6)], "test": ["test_batch"]}


def load() -> Splits:
    """Return CIFAR-10 where it is at hand, emoji10 elsewhere: float32 in [0, 1], shape (n, 32, 32, 3).

    In this order: `cifar10.npz` in the folder that the environment variable ROBUST_DATA_DIR names;
    the original that Keras has cached, or downloads now if ROBUST_DOWNLOAD is 1; emoji10, which is
    embedded. The network is never tried unasked: without one, it can hang for minutes.

    Raises:
        ValueError: A file is there, but is not CIFAR-10; the message says what is wrong with it.
        FileNotFoundError: ROBUST_DATA_DIR names no folder.
        ConnectionError: The download that ROBUST_DOWNLOAD asks for failed.
    """
    archive = users("cifar10.npz")
    if archive is not None:
        return read(archive)
    folder = kept_by_keras(_CACHED, _download, called="CIFAR-10")
    return emoji10.load() if folder is None else read_batches(folder)


def read(path: Path) -> Splits:
    """Return the splits of an archive with the arrays that `keras.datasets.cifar10.load_data` returns.

    Args:
        path: A .npz with x_train, y_train, x_test and y_test.

    Raises:
        ValueError: The file cannot be read, a key is missing, or an array is not as it must be.
    """
    return _checked(path, lambda: arrays(path))


def read_batches(folder: Path) -> Splits:
    """Return the splits of the original's folder, as Keras unpacks it into its cache.

    Args:
        folder: It holds data_batch_1 to data_batch_5 and test_batch.

    Raises:
        ValueError: A file is missing, cannot be read, or is not as it must be.
    """
    return _checked(folder, lambda: _batches(folder))


def _checked(path: Path, read_in: Callable[[], dict[str, NDArray[Any]]]) -> Splits:
    try:
        held = read_in()
        return Splits(
            train=_examples(held["x_train"], held["y_train"], "train"),
            test=_examples(held["x_test"], held["y_test"], "test"),
            source="cifar10",
        )
    except (ValueError, EOFError, OSError, KeyError, zipfile.BadZipFile, zlib.error, pickle.UnpicklingError) as error:
        raise ValueError(f"{path} is not CIFAR-10: {error}") from error


def _batches(folder: Path) -> dict[str, NDArray[Any]]:
    found = {}
    for part, names in _BATCHES.items():
        batches = [_batch(folder / name) for name in names]
        planes = np.concatenate([np.asarray(batch[b"data"]) for batch in batches])
        # The original has all of red, then all of green, then all of blue.
        found[f"x_{part}"] = planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        found[f"y_{part}"] = np.concatenate([np.asarray(batch[b"labels"]) for batch in batches])
    return found


def _batch(path: Path) -> Any:
    # Where NumPy has these functions depends on its version; the pickle names where they were when it was written.
    rebuilt = np.zeros(0).__reduce__()[0]
    allowed = {
        "numpy.ndarray": np.ndarray,
        "numpy.dtype": np.dtype,
        **{f"numpy.{core}.multiarray._reconstruct": rebuilt for core in ("core", "_core")},
        "_codecs.encode": _encoded,
    }
    with path.open("rb") as file:
        return unpickled(file, allowed, encoding="bytes")


def _encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding)


def _examples(images: NDArray[Any], labels: NDArray[Any], part: str) -> Examples:
    if images.dtype != np.uint8:
        # Values already in [0, 1] would be divided by 255 a second time, and still look like images.
        raise ValueError(f"x_{part} has type {images.dtype}; pass uint8, 0 to 255, as the original has it")
    if images.shape[1:] != (32, 32, 3):
        raise ValueError(f"x_{part} has shape {images.shape}; pass (n, 32, 32, 3)")
    if labels.shape not in {(len(images),), (len(images), 1)} or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"y_{part} has shape {labels.shape} and type {labels.dtype}; "
            f"pass one integer for each of the {len(images)} images, not one-hot rows"
        )
    flat = labels.reshape(-1)
    wrong = np.flatnonzero((flat < 0) | (flat >= _CLASSES))
    if len(wrong):
        raise ValueError(f"y_{part}[{wrong[0]}] is {flat[wrong[0]]}; pass classes, 0 to 9")
    return Examples(x=images.astype(np.float32) / np.float32(255), y=flat.astype(np.int64))


def _download() -> None:
    import keras

    keras.datasets.cifar10.load_data()
