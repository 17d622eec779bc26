"""The arrays that travel between the rooms, with their shapes told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "Inputs", "Integers", "Labels", "Mask", "Outputs", "blocks", "read_only", "take"]

# Values worked on together: a few such blocks fit a core's cache.
_BLOCK = 2**15

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


def blocks(rows: int, shape: tuple[int, ...]) -> Iterator[slice]:
    """Yield slices of `rows` examples of `shape` to work on one after the other.

    Temporaries then cost the memory of a block rather than of the batch, and stay in the
    processor's cache.
    """
    step = max(_BLOCK // max(prod(shape), 1), 1)
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))
