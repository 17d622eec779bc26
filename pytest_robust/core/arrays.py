"""The arrays that travel between the rooms, with their shapes told once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "Inputs", "Integers", "Labels", "Mask", "Outputs", "read_only", "take"]

Floats: TypeAlias = NDArray[np.floating[Any]]
Integers: TypeAlias = NDArray[np.integer[Any]]
Mask: TypeAlias = NDArray[np.bool_]
Labels: TypeAlias = NDArray[Any]
"""One target an example: (n,) class indices, values or strings."""
Outputs: TypeAlias = NDArray[Any]
"""What a model answers: (n, classes) scores, (n,) labels or (n,) values."""
Inputs: TypeAlias = NDArray[Any] | Mapping[str, NDArray[Any]]
"""(n, ...) examples, or a dict of such arrays for a model with several inputs."""


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view of `array` that cannot be written through."""
    view = array.view()
    view.flags.writeable = False
    return view


def take(x: Inputs, rows: Integers | Mask | slice) -> Inputs:
    """Return the examples `rows` of `x`, of every entry if it has several."""
    if isinstance(x, Mapping):
        return {name: entry[rows] for name, entry in x.items()}
    return x[rows]
