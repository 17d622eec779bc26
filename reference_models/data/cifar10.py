"""CIFAR-10: 32 x 32 colour photographs of ten kinds of things; nothing of it is embedded."""

from __future__ import annotations

import os
import pickle
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.data import emoji10
from reference_models.pickles import unpickled
from reference_models.splits import Examples, Splits

__all__ = ["load", "read", "read_batches"]

_CLASSES = 10
_KEYS = ("x_train", "y_train", "x_test", "y_test")
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
    users, cached = _users_file(), _cached_folder()
    if users is not None and users.is_file():
        return read(users)
    return read_batches(cached) if cached.is_dir() else emoji10.load()


def read(path: Path) -> Splits:
    """Return the splits of an archive with the arrays that `keras.datasets.cifar10.load_data` returns.

    Args:
        path: A .npz with x_train, y_train, x_test and y_test.

    Raises:
        ValueError: The file cannot be read, a key is missing, or an array is not as it must be.
    """
    return _checked(path, lambda: _archive(path))


def read_batches(folder: Path) -> Splits:
    """Return the splits of the original's folder, as Keras unpacks it into its cache.

    Args:
        folder: It holds data_batch_1 to data_batch_5 and test_batch.

    Raises:
        ValueError: A file is missing, cannot be read, or is not as it must be.
    """
    return _checked(folder, lambda: _batches(folder))


def _checked(path: Path, arrays: Callable[[], dict[str, NDArray[Any]]]) -> Splits:
    try:
        held = arrays()
        return Splits(
            train=_examples(held["x_train"], held["y_train"], "train"),
            test=_examples(held["x_test"], held["y_test"], "test"),
            source="cifar10",
        )
    except (ValueError, EOFError, OSError, KeyError, zipfile.BadZipFile, zlib.error, pickle.UnpicklingError) as error:
        raise ValueError(f"{path} is not CIFAR-10: {error}") from error


def _archive(path: Path) -> dict[str, NDArray[Any]]:
    if not zipfile.is_zipfile(path):
        # NumPy would speak of pickles, whatever the file is.
        raise ValueError("it is no .npz archive, or only a part of one; write it with numpy.savez")
    with np.load(path, allow_pickle=False) as file:
        missing = [key for key in _KEYS if key not in file]
        if missing:
            raise ValueError(f"it has the keys {sorted(file)}, and not {missing}")
        return {key: file[key] for key in _KEYS}


def _batches(folder: Path) -> dict[str, NDArray[Any]]:
    arrays = {}
    for part, names in _BATCHES.items():
        batches = [_batch(folder / name) for name in names]
        planes = np.concatenate([np.asarray(batch[b"data"]) for batch in batches])
        # The original has all of red, then all of green, then all of blue.
        arrays[f"x_{part}"] = planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        arrays[f"y_{part}"] = np.concatenate([np.asarray(batch[b"labels"]) for batch in batches])
    return arrays


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


def _users_file() -> Path | None:
    folder = os.environ.get("ROBUST_DATA_DIR")
    if not folder:
        return None
    if not Path(folder).is_dir():
        raise FileNotFoundError(f"ROBUST_DATA_DIR={folder} is not a folder; make it, or unset the variable")
    return Path(folder) / "cifar10.npz"


def _cached_folder() -> Path:
    home = os.environ.get("KERAS_HOME")
    datasets = (Path(home) if home else Path.home() / ".keras") / "datasets"
    cached = datasets / "cifar-10-batches-py-target" / "cifar-10-batches-py"
    if not cached.is_dir() and os.environ.get("ROBUST_DOWNLOAD") == "1":
        import keras

        try:
            keras.datasets.cifar10.load_data()
        except Exception as error:
            raise ConnectionError(
                f"ROBUST_DOWNLOAD=1 asks for CIFAR-10, and Keras could not fetch it: {error}"
            ) from error
    return cached
