"""IMDB: 50,000 film reviews as Keras has them, numbers of words, and as text again."""

from __future__ import annotations

import json
import pickle
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from reference_models.data.at_hand import ARRAYS, kept_by_keras, users
from reference_models.pickles import unpickled
from reference_models.splits import Examples, Splits

__all__ = ["INDEX_FROM", "LONGEST", "OOV", "START", "decode", "load", "read"]

# What `keras.datasets.imdb.load_data` does to the ranks in its file: 0 is padding, 1 begins a review,
# 2 stands for a word that was left out, and the word of rank r is r + 3.
START, OOV, INDEX_FROM = 1, 2, 3
# Words of a review that are kept. Few say more after that, and an array of strings is as wide as the longest.
LONGEST = 256

_INDEX = "imdb_word_index.json"
# All that an array of lists of numbers is made of, by the names that NumPy 1 and 2 have for it.
_ARRAYS: dict[str, Any] = {
    "numpy.ndarray": np.ndarray,
    "numpy.dtype": np.dtype,
    **{f"numpy.{core}.multiarray._reconstruct": np.empty(0).__reduce__()[0] for core in ("core", "_core")},
}


def load() -> Splits | None:
    """Return the reviews at hand, or None where there are none.

    In this order: `imdb.npz` and `imdb_word_index.json` in the folder that ROBUST_DATA_DIR names;
    those that Keras has cached, or downloads now if ROBUST_DOWNLOAD is 1.

    Raises:
        ValueError: A file is there, but is not IMDB's; the message says what is wrong with it.
        FileNotFoundError: ROBUST_DATA_DIR names no folder; or the words of the numbers are missing.
        ConnectionError: The download that ROBUST_DOWNLOAD asks for failed.
    """
    path = users("imdb.npz") or kept_by_keras("imdb.npz", _download, called="IMDB")
    if path is None:
        return None
    index = users(_INDEX) or kept_by_keras(_INDEX, _download_index, called="the words of IMDB")
    if index is None:
        raise FileNotFoundError(f"{path} holds numbers of words, and {_INDEX}, which says which, is not at hand")
    return read(path, index)


def read(path: Path, index: Path) -> Splits:
    """Return the reviews of a file as Keras' original has them: ranks of words, counted from 1.

    Args:
        path: An .npz with x_train, y_train, x_test and y_test.
        index: A JSON object from words to their ranks.

    Raises:
        ValueError: A file cannot be read, or does not hold that.
    """
    words = _words(index)
    try:
        held = _arrays(path)
        return Splits(
            train=_examples(held["x_train"], held["y_train"], "train", words),
            test=_examples(held["x_test"], held["y_test"], "test", words),
            source="imdb",
        )
    except (ValueError, EOFError, pickle.UnpicklingError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} is not an IMDB file: {error}") from error


def decode(numbers: Sequence[int], index: Mapping[str, int]) -> str:
    """Return a review as text, from the numbers that `keras.datasets.imdb.load_data()` gives.

    Its word index is that of the file, and its numbers are not: `index[word] + 3`. Read without the
    offset, a review is fluent nonsense of other words, and a new text is given the numbers of others.

    Args:
        numbers: Of words, with 1 at the beginning and 2 for words that were left out.
        index: From `keras.datasets.imdb.get_word_index()`.

    Examples:
        >>> decode([1, 4, 5, 2], {"the": 1, "film": 2})
        'the film [UNK]'
    """
    words = {rank + INDEX_FROM: word for word, rank in index.items()} | {OOV: "[UNK]"}
    return " ".join(words[number] for number in numbers if number > START)


def _words(path: Path) -> dict[int, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {int(rank): str(word) for word, rank in found.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"{path} is not a JSON object from words to their ranks: {error}") from error


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(path) as archive:
        missing = [key for key in ARRAYS if f"{key}.npy" not in archive.namelist()]
        if missing:
            raise ValueError(f"it has {sorted(archive.namelist())}, and not {missing}")
        found = {}
        for key in ARRAYS:
            with archive.open(f"{key}.npy") as file:
                version = np.lib.format.read_magic(file)
                read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
                _, _, dtype = read_header[version](file)
                if dtype.hasobject:
                    # NumPy would run whatever the pickle asks for.
                    found[key] = unpickled(cast("BinaryIO", file), _ARRAYS)
                    continue
            with archive.open(f"{key}.npy") as file:
                found[key] = np.lib.format.read_array(file, allow_pickle=False)
        return found


def _examples(reviews: NDArray[Any], labels: NDArray[Any], part: str, words: Mapping[int, str]) -> Examples:
    if labels.shape != (len(reviews),) or not np.isin(labels, (0, 1)).all():
        raise ValueError(f"y_{part} must be 0 or 1 for each of the {len(reviews)} reviews")
    texts = []
    for row, ranks in enumerate(reviews):
        unknown = [rank for rank in ranks[:LONGEST] if rank not in words]
        if unknown:
            raise ValueError(f"x_{part}[{row}] has the rank {unknown[0]!r}, which the word index does not have")
        texts.append(" ".join(words[rank] for rank in ranks[:LONGEST]))
    return Examples(x=np.array(texts, dtype=np.str_), y=labels.astype(np.int64))


def _download() -> None:
    import keras

    keras.datasets.imdb.load_data()


def _download_index() -> None:
    import keras

    keras.datasets.imdb.get_word_index()
