"""Values beyond all that were seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Amount, check_share, strength
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import Column, Name, Table
from pytest_robust.transforms.tabular._columns import NUMBERS, Columns, ColumnTransform, as_type, struck

__all__ = ["OutOfRange"]


@dataclass(frozen=True, kw_only=True, repr=False)
class OutOfRange(ColumnTransform):
    """Put some values beyond the range of their column, below or above with equal chance.

    The range is that of all rows. Whole numbers go to the next one beyond; where their type has none
    below, as at 0 for counts, they go above. A column with one value has no range, and stays.

    Args:
        rate: The expected share of values out of range, from 0 to 1; with a larger one the same and
            others. `Between(low, high)` draws one for each example.
        by: How far beyond the smallest or the largest value, in ranges of the column, above 0.
        columns: The names of those that may change, or their positions where they have none; all
            columns of numbers without it.
        protect: Those that stay as they are.

    Raises:
        InvalidArgument: `rate` is not in [0, 1], `by` is not above 0, or `columns` or `protect` are
            no names.

    Examples:
        >>> OutOfRange(rate=0.05)
        OutOfRange(rate=0.05)
        >>> OutOfRange(rate=0.05, by=1, columns=("age",))
        OutOfRange(rate=0.05, by=1, columns=('age',))
    """

    rate: Amount = strength(strongest=0.5)
    by: float = 0.5

    def __post_init__(self) -> None:
        """Validate."""
        check_share("rate", self.rate, most=1.0)
        number = isinstance(self.by, (int, float)) and not isinstance(self.by, bool) and isfinite(self.by)
        if not number or self.by <= 0:
            raise InvalidArgument(f"by={self.by!r} must be a finite number above 0, in ranges of the column")
        ColumnTransform.__post_init__(self)

    @property
    def takes(self) -> Columns:
        """Which columns it can change."""
        return NUMBERS

    def changed(
        self, table: Table, columns: tuple[Column, ...], rows: Mapping[Name, NDArray[Any]], streams: Streams
    ) -> Mapping[Name, NDArray[Any]]:
        """Return the columns with values out of range."""
        beyond = {}
        for column in columns:
            values = rows[column.name]
            low, high = table.range(column.name)
            whole = column.dtype.kind in "iu"
            far = (np.ceil if whole else float)(self.by * (high - low))
            up = streams.child("column", column.name).uniform("side") < 1 / 2
            if whole and low - far < np.iinfo(column.dtype).min:
                up = np.ones(len(values), dtype=bool)
            there = as_type(np.where(up, high + far, low - far), values, column)
            out = struck(self.rate, column, streams) & (high > low)
            beyond[column.name] = np.where(out, there, values)
        return beyond
