"""Where a data set may lie: in the user's folder, or in Keras' cache; and the archives they lie in."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ARRAYS", "arrays", "kept_by_keras", "users"]

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
"""The keys of an archive as `keras.datasets` has them."""


def users(name: str) -> Path | None:
    """Return the file or folder of this name in the folder that ROBUST_DATA_DIR names, if there is one.

    Args:
        name: For instance `mnist.npz`.

    Raises:
        FileNotFoundError: ROBUST_DATA_DIR names no folder.
    """
    folder = os.environ.get("ROBUST_DATA_DIR")
    if not folder:
        return None
    if not Path(folder).is_dir():
        raise FileNotFoundError(f"ROBUST_DATA_DIR={folder} is not a folder; make it, or unset the variable")
    path = Path(folder) / name
    return path if path.exists() else None


def kept_by_keras(name: str, download: Callable[[], object], *, called: str) -> Path | None:
    """Return a file or folder in Keras' cache, if there is one; fetched now if ROBUST_DOWNLOAD is 1.

    The network is never tried unasked: without one, it can hang for minutes.

    Args:
        name: Its path in the cache's folder of data sets.
        download: Keras' own loader.
        called: What the data set is called, for the message.

    Raises:
        ConnectionError: The download that ROBUST_DOWNLOAD asks for failed.
    """
    home = os.environ.get("KERAS_HOME")
    path = (Path(home) if home else Path.home() / ".keras") / "datasets" / name
    if not path.exists() and os.environ.get("ROBUST_DOWNLOAD") == "1":
        try:
            download()
        except Exception as error:
            message = f"ROBUST_DOWNLOAD=1 asks for {called}, and Keras could not fetch it: {error}"
            raise ConnectionError(message) from error
    return path if path.exists() else None


def arrays(path: Path, keys: tuple[str, ...] = ARRAYS) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive; none of them can hold code.

    Args:
        path: A .npz file.
        keys: The ones it must have.

    Raises:
        ValueError: It is no archive, or a key is missing.
    """
    if not zipfile.is_zipfile(path):
        # NumPy would speak of pickles, whatever the file is.
        raise ValueError("it is no .npz archive, or only a part of one; write it with numpy.savez")
    with np.load(path, allow_pickle=False) as file:
        missing = [key for key in keys if key not in file]
        if missing:
            raise ValueError(f"it has the keys {sorted(file)}, and not {missing}")
        return {key: file[key] for key in keys}
