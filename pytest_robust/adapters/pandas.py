"""pandas data frames and series."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.adapter import Adapter, RawData
from pytest_robust.core.errors import InvalidData
from pytest_robust.core.table import Column

__all__ = ["Pandas"]


class Pandas(Adapter):
    """Data frames: a matrix where all columns are numbers, else one array a column."""

    def read(self, native: Any) -> RawData:  # noqa: ANN401 - a frame or a series
        """Return the columns' values, and what the frame knows of them, for the model.

        A column may miss values, as NaN; whether the model takes them is its own affair.

        Raises:
            InvalidData: A series misses a value, or two columns have one name.
        """
        if native.ndim == 1:
            return RawData(x=_series(native), y=None)
        if not native.columns.is_unique:
            twice = native.columns[native.columns.duplicated()][0]
            raise InvalidData(f"two columns of the frame are called {twice!r}: rename one, so that each can be told")
        values = {str(name): _values(column) for name, column in native.items()}
        columns = tuple(
            Column(name=name, dtype=values[name].dtype, native=dtype, categories=_categories(dtype))
            for name, dtype in zip(values, native.dtypes, strict=True)
        )
        if all(isinstance(kind, np.dtype) and np.issubdtype(kind, np.number) for kind in native.dtypes):
            # Numbers for names are pandas' own, which a model fitted on them has not seen.
            named = all(isinstance(name, str) for name in native.columns)
            return RawData(x=native.to_numpy(), y=None, columns=columns if named else ())
        return RawData(x=values, y=None, columns=columns)


def _series(native: Any) -> NDArray[Any]:  # noqa: ANN401 - a series
    gaps = np.flatnonzero(native.isna())
    if len(gaps):
        raise InvalidData(f"row {gaps[0]} of the series {native.name!r} has no value: drop the row, or fill it")
    values: NDArray[Any] = native.to_numpy()
    return values


def _values(column: Any) -> NDArray[Any]:  # noqa: ANN401 - a series
    values: NDArray[Any] = column.to_numpy()
    if values.dtype.kind in "biuf":
        return values
    gaps = column.isna().to_numpy()
    if not gaps.any():
        # What is kept as objects may be numbers all the same: pandas' own nullable ones, or categories.
        plain = np.asarray(values.tolist())
        return plain if plain.dtype.kind in "biuf" else values.astype(str)
    there = [value for value, gap in zip(values, gaps, strict=True) if not gap]
    if there and np.asarray(there).dtype.kind in "iuf":
        return np.where(gaps, np.nan, np.where(gaps, 0, values).astype(np.float64))
    return np.array([np.nan if gap else str(value) for value, gap in zip(values, gaps, strict=True)], dtype=object)


def _categories(dtype: Any) -> tuple[Any, ...] | None:  # noqa: ANN401 - a dtype of NumPy's or pandas'
    said = getattr(dtype, "categories", None)
    # An interval's or a date's category is read as words, like the column.
    return None if said is None else tuple(_values(said.to_series()).tolist())
