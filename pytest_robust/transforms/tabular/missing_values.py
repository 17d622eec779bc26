"""Values that are not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.parameters import Amount, check_share, strength
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import Column, Name, Table
from pytest_robust.transforms.tabular._columns import Columns, ColumnTransform, struck

__all__ = ["MissingValues"]


@dataclass(frozen=True, kw_only=True, repr=False)
class MissingValues(ColumnTransform):
    """Let values be missing, each by itself.

    As a data frame has it, a missing value is NaN: among whole numbers it makes the column one of
    floats. A column of booleans has no missing value, and changes only with `fill`.

    Args:
        rate: The expected share of values that are missing, from 0 to 1; with a larger one the same
            and others. `Between(low, high)` draws one for each example.
        fill: What stands in place of a missing value, such as -999 or "unknown"; NaN without it.
        columns: The names of those that may change, or their positions where they have none; all
            that can hold what stands for a missing value without it.
        protect: Those that stay as they are.

    Raises:
        InvalidArgument: `rate` is not in [0, 1], `fill` is neither a number nor a word, or `columns`
            or `protect` are no names.

    Examples:
        >>> MissingValues(rate=0.1)
        MissingValues(rate=0.1)
        >>> MissingValues(rate=0.1, fill=-999, columns=("age", "income"))
        MissingValues(rate=0.1, fill=-999, columns=('age', 'income'))
    """

    rate: Amount = strength(strongest=0.5)
    fill: float | str | bool | None = None

    def __post_init__(self) -> None:
        """Validate."""
        check_share("rate", self.rate, most=1.0)
        if self.fill is not None and (not isinstance(self.fill, (int, float, str)) or self.fill != self.fill):
            raise InvalidArgument(f"fill={self.fill!r} must be a number or a word; leave it out for a missing value")
        ColumnTransform.__post_init__(self)

    @property
    def takes(self) -> Columns:
        """Which columns it can change: those with a missing value, or that hold what stands for one."""
        if self.fill is None:
            words = "columns that can miss values, which booleans cannot without fill="
            return Columns(words, lambda column: column.dtype.kind != "b")
        words = f"columns that can hold {self.fill!r}"
        if isinstance(self.fill, bool):
            return Columns(words, lambda column: column.dtype.kind == "b")
        if isinstance(self.fill, str):
            return Columns(words, lambda column: column.categorical)
        return Columns(words, lambda column: column.numeric)

    def changed(
        self, table: Table, columns: tuple[Column, ...], rows: Mapping[Name, NDArray[Any]], streams: Streams
    ) -> Mapping[Name, NDArray[Any]]:
        """Return the columns with gaps."""
        del table
        return {
            column.name: self._with_gaps(rows[column.name], struck(self.rate, column, streams), column)
            for column in columns
        }

    def _with_gaps(self, values: NDArray[Any], gaps: NDArray[np.bool_], column: Column) -> NDArray[Any]:
        if self.fill is None:
            # A type that has a missing value, in every batch: also where none is struck.
            floating = np.promote_types(values.dtype, np.float64) if values.dtype.kind in "iu" else values.dtype
            wide = floating if values.dtype.kind in "iuf" else np.dtype(object)
            holed = values.astype(wide)
            holed[gaps] = np.nan
            return holed
        if values.dtype.kind in "USO":
            return np.where(gaps, self.fill, values.astype(object))
        fill = np.array(self.fill).astype(values.dtype)
        if fill != self.fill and values.dtype.kind in "iub":
            raise InvalidData(
                f"{self!r}: the column {column.name!r} of {values.dtype} cannot hold fill={self.fill!r}; "
                "give one that it can, or leave it out of columns="
            )
        return np.where(gaps, fill, values)
