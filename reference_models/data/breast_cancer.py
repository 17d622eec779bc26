"""Breast cancer: thirty measures of cell nuclei of each of 569 tumours, and whether the tumour is malignant."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.data.at_hand import users
from reference_models.splits import Examples, Splits

__all__ = ["BENIGN", "MALIGNANT", "load", "read"]

# What is looked for is the positive class: scikit-learn has them the other way round.
BENIGN, MALIGNANT = 0, 1

_MEASURES = 30
_LETTERS = {"B": BENIGN, "M": MALIGNANT}
# Three tenths, so that a score of the test set has an interval worth reading.
_TEST_SHARE = 0.3
_FEWEST_A_CLASS = 10
_SEED = 30


def load() -> Splits:
    """Return the tumours, each measure as float32 in the unit it was taken in, shape (n, 30).

    Nothing is standardised here: how is for the training data alone to say, so the network does it.

    In this order: `wdbc.data`, the original, in the folder that the environment variable
    ROBUST_DATA_DIR names; the copy that scikit-learn holds.

    Raises:
        ValueError: A file is there, but not in the original's form; the message says what is wrong with it.
        FileNotFoundError: ROBUST_DATA_DIR names no folder.
    """
    path = users("wdbc.data")
    if path is not None:
        return read(path, source="wdbc")
    from sklearn.datasets import load_breast_cancer

    x, benign = load_breast_cancer(return_X_y=True)
    return _dealt(x, np.where(benign == 1, BENIGN, MALIGNANT), source="breast_cancer")


def read(path: Path, *, source: str) -> Splits:
    """Return the splits of a file in the original's form: a number, M or B, and thirty measures a line.

    Args:
        path: Comma-separated values without a header.
        source: What to call the data.

    Raises:
        ValueError: A line is not as it must be, or there are too few.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = [(number, line) for number, line in enumerate(csv.reader(file), start=1) if line]
        measured = [_measured(number, line) for number, line in lines]
        x = np.array([x for _, x in measured], np.float64).reshape(-1, _MEASURES)
        return _dealt(x, np.array([y for y, _ in measured], np.int64), source=source)
    except (ValueError, csv.Error) as error:
        raise ValueError(f"{path} is not a file of tumours as wdbc.data is: {error}") from error


def _measured(number: int, line: list[str]) -> tuple[int, list[float]]:
    if len(line) != 2 + _MEASURES:
        raise ValueError(
            f"line {number} has {len(line)} values; each has {2 + _MEASURES}: a number, M or B, {_MEASURES} measures"
        )
    _, letter, *texts = line
    if letter not in _LETTERS:
        raise ValueError(f"line {number} has the diagnosis {letter!r}; pass M or B in the second place, and no header")
    try:
        values = [float(text) for text in texts]
    except ValueError as error:
        raise ValueError(f"line {number}: {error}; pass numbers, with a point") from None
    if not np.isfinite(values).all() or min(values) < 0:
        wrong = next(value for value in values if not 0 <= value < np.inf)
        raise ValueError(
            f"line {number} has the measure {wrong}; pass finite numbers from 0, and leave out what is missing"
        )
    return _LETTERS[letter], values


def _dealt(x: NDArray[Any], y: NDArray[Any], *, source: str) -> Splits:
    """Return the parts: each class has its share of both, in random order."""
    from sklearn.model_selection import train_test_split

    counts = {letter: int(np.sum(y == label)) for letter, label in _LETTERS.items()}
    if min(counts.values()) < _FEWEST_A_CLASS:
        raise ValueError(f"it has {counts} tumours; pass at least {_FEWEST_A_CLASS} of each")
    rows = np.arange(len(y))
    learn, test = train_test_split(rows, test_size=_TEST_SHARE, stratify=y, shuffle=True, random_state=_SEED)
    inputs, labels = x.astype(np.float32), y.astype(np.int64)
    return Splits(
        train=Examples(x=inputs[learn], y=labels[learn]), test=Examples(x=inputs[test], y=labels[test]), source=source
    )
