"""Values of an earlier row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Amount, check_share, strength
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import Column, Name, Table
from pytest_robust.transforms.tabular._columns import ANY, Columns, ColumnTransform, struck

__all__ = ["StaleValues"]


@dataclass(frozen=True, kw_only=True, repr=False)
class StaleValues(ColumnTransform):
    """Leave some values as they were in an earlier row, as a cache or a sensor that hangs does.

    The rows are those of the data as they were given, in their order, unchanged. The first rows,
    which have no earlier one, keep their values.

    Args:
        rate: The expected share of values that are stale, from 0 to 1; with a larger one the same
            and others. `Between(low, high)` draws one for each example.
        rows: How many rows earlier, at least 1.
        columns: The names of those that may change, or their positions where they have none; all
            without it.
        protect: Those that stay as they are.

    Raises:
        InvalidArgument: `rate` is not in [0, 1], `rows` is no whole number from 1, or `columns` or
            `protect` are no names.

    Examples:
        >>> StaleValues(rate=0.1)
        StaleValues(rate=0.1)
        >>> StaleValues(rate=0.1, rows=24, columns=("temperature",))
        StaleValues(rate=0.1, rows=24, columns=('temperature',))
    """

    rate: Amount = strength(strongest=0.5)
    rows: int = 1

    def __post_init__(self) -> None:
        """Validate."""
        check_share("rate", self.rate, most=1.0)
        if isinstance(self.rows, bool) or not isinstance(self.rows, int) or self.rows < 1:
            raise InvalidArgument(f"rows={self.rows!r} must be an integer, at least 1: how many rows earlier")
        ColumnTransform.__post_init__(self)

    @property
    def takes(self) -> Columns:
        """Which columns it can change."""
        return ANY

    def changed(
        self, table: Table, columns: tuple[Column, ...], rows: Mapping[Name, NDArray[Any]], streams: Streams
    ) -> Mapping[Name, NDArray[Any]]:
        """Return the columns with earlier values."""
        earlier = streams.index - self.rows
        stale = {}
        for column in columns:
            late = struck(self.rate, column, streams) & (earlier >= 0)
            before = table.values(column.name)[np.maximum(earlier, 0)]
            stale[column.name] = np.where(late, before, rows[column.name])
        return stale
