"""Arrays as the data frame they came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Inputs
from pytest_robust.core.table import Column, missing

__all__ = ["as_given"]


def as_given(x: Inputs, columns: tuple[Column, ...]) -> Any:  # noqa: ANN401 - a frame or an array
    """Return inputs as the model knows them: a data frame where they came as one.

    Each column has the type and the categories that it had. Values that the type cannot hold,
    such as a gap among whole numbers, bring the type that pandas would give them; a category
    that is none becomes the last.

    Args:
        x: (n, columns) numbers, or a dict of (n,) columns.
        columns: Those of the frame; empty where there was none.
    """
    if not columns:
        return x
    # The data came as a data frame, so pandas is there, and the model may choose columns by name.
    import pandas as pd

    if not isinstance(x, Mapping) and all(column.native == x.dtype for column in columns):
        return pd.DataFrame(x, columns=[column.name for column in columns])
    values = x if isinstance(x, Mapping) else {str(column.name): x[:, place] for place, column in enumerate(columns)}
    return pd.DataFrame({column.name: _series(values[str(column.name)], column) for column in columns})


def _series(values: NDArray[Any], column: Column) -> Any:  # noqa: ANN401 - what a frame takes for a column
    import pandas as pd

    if column.categories is not None:
        unseen = sorted(set(values[~missing(values)].tolist()) - set(column.categories), key=str)
        return pd.Categorical(values, categories=[*column.categories, *unseen], ordered=column.native.ordered)
    whole = column.dtype.kind in "iu" and values.dtype.kind == "f"
    if whole and not np.array_equal(values, np.rint(values)):
        # A frame keeps its gaps where it has a type for that.
        return pd.Series(values) if isinstance(column.native, np.dtype) else _cast(values, column)
    return _cast(values, column)


def _cast(values: NDArray[Any], column: Column) -> Any:  # noqa: ANN401 - what a frame takes for a column
    import pandas as pd

    plain = values.astype(object) if values.dtype.kind == "U" else values
    try:
        return pd.Series(plain, dtype=column.native)
    except (TypeError, ValueError, OverflowError):
        return pd.Series(values)
