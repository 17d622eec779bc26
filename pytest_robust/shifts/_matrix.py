"""Inputs as a matrix of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.errors import InvalidData

__all__ = ["matrix"]

_TABLE = 2


def matrix(values: Any, name: str, *, remedy: str) -> Floats:  # noqa: ANN401 - what a user gives
    """Return (n, columns) numbers.

    Args:
        values: An array, or what NumPy can make one of, such as a data frame.
        name: What they are, for the message.
        remedy: What to give in their place, for the message.

    Raises:
        InvalidData: It is not a table of finite numbers.
    """
    array = np.asarray(values) if not isinstance(values, dict) else np.asarray(None)
    if array.ndim != _TABLE or array.dtype.kind not in "biuf":
        kind = f"the columns {sorted(values)}" if isinstance(values, dict) else f"{array.dtype} of shape {array.shape}"
        raise InvalidData(f"{name} is {kind}, and (n, columns) numbers are needed: {remedy}")
    numbers = array.astype(np.float64)
    wrong = np.flatnonzero(~np.isfinite(numbers).all(axis=1))
    if len(wrong):
        raise InvalidData(f"{name}[{wrong[0]}] holds a value that is not a finite number: drop or fill the row")
    return numbers
