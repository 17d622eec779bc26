"""Containers that are read batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.adapter import RawData
from pytest_robust.core.errors import InvalidData

__all__ = ["gather"]


def gather(batches: Iterable[Any], *, what: str, stacked: bool = True) -> RawData:
    """Return the examples of all batches as arrays.

    Args:
        batches: Each x, or (x, y), or (x, y, sample_weight); x may be a dict.
        what: The container, for messages.
        stacked: Whether each item is a batch rather than a single example.

    Raises:
        InvalidData: There are no batches, or they do not fit together.
    """
    items = [item if isinstance(item, (tuple, list)) else (item,) for item in batches]
    if not items:
        raise InvalidData(f"{what} yields no examples; nothing can be measured on none")
    if not 1 <= len(items[0]) <= 3:  # noqa: PLR2004 - x, y, sample_weight
        raise InvalidData(f"{what} yields {len(items[0])} values an item; expected x, or (x, y)")
    join = np.concatenate if stacked else np.stack

    def joined(values: list[Any]) -> Any:  # noqa: ANN401 - an array or a dict of them
        if isinstance(values[0], Mapping):
            return {str(name): joined([value[name] for value in values]) for name in values[0]}
        arrays = [np.asarray(value) for value in values]
        if arrays[0].dtype.kind in "SO":
            arrays = [_decoded(array) for array in arrays]
        return join(arrays)

    try:
        return RawData(
            x=joined([item[0] for item in items]), y=joined([i[1] for i in items]) if len(items[0]) > 1 else None
        )
    except ValueError as error:
        raise InvalidData(f"{what}: its batches do not fit together: {error}") from None


def _decoded(array: NDArray[Any]) -> NDArray[Any]:
    texts = [text.decode() if isinstance(text, bytes) else text for text in array.flat]
    return np.asarray(texts).reshape(array.shape)
