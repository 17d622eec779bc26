"""Missing values that a model does not take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Inputs
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidModel, NeedsValues
from pytest_robust.core.perturbation import Clean, Perturbation
from pytest_robust.core.table import Name, missing

__all__ = ["gaps_refused"]


def gaps_refused(
    error: ValueError | InvalidModel, change: Perturbation, x: Inputs, data: Dataset
) -> ValueError | InvalidModel:
    """Return what a model said of inputs, in words of what made missing values, where there are any.

    Args:
        error: As the model raised it.
        change: What changed the inputs; Clean where nothing did.
        x: What the model was asked.
        data: The examples, for the names of their columns.
    """
    gap = next((name for name, values in _columns(x, data) if missing(values).any()), None)
    if gap is None:
        return error
    said = str(error).partition("\n")[0]
    fill = "fill them in a pipeline before the model, as SimpleImputer does"
    if isinstance(change, Clean):
        return NeedsValues(f"the data miss values of the column {gap!r}, and the model takes none ({said}); {fill}")
    return NeedsValues(
        f"{change!r} left values of the column {gap!r} missing, and the model takes none ({said}); {fill}, "
        "or give fill=, or protect= the column"
    )


def _columns(x: Inputs, data: Dataset) -> Iterator[tuple[Name, NDArray[Any]]]:
    if isinstance(x, Mapping):
        yield from x.items()
    elif x.dtype.names is not None:
        yield from ((name, x[name]) for name in x.dtype.names)
    else:
        flat = np.asarray(x).reshape(len(x), -1)
        names: list[Name] = [column.name for column in data.columns] or list(range(flat.shape[1]))
        yield from zip(names, flat.T, strict=False)
