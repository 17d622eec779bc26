"""Values in another unit than they are meant in."""

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

__all__ = ["UnitMixUp"]


@dataclass(frozen=True, kw_only=True, repr=False)
class UnitMixUp(ColumnTransform):
    """Take some values in a wrong unit: metres for centimetres, euros for cents.

    Whole numbers stay whole, and no larger than their type holds.

    Args:
        rate: The expected share of values in the wrong unit, from 0 to 1; with a larger one the same
            and others. `Between(low, high)` draws one for each example.
        factor: What they are multiplied by: 10, 100, 1000, or 0.01 for the other way.
        columns: The names of those that may change, or their positions where they have none; all
            columns of numbers without it.
        protect: Those that stay as they are.

    Raises:
        InvalidArgument: `rate` is not in [0, 1], `factor` is not positive or is 1, or `columns` or
            `protect` are no names.

    Examples:
        >>> UnitMixUp(rate=0.05)
        UnitMixUp(rate=0.05)
        >>> UnitMixUp(rate=0.05, factor=1000, columns=("income",))
        UnitMixUp(rate=0.05, factor=1000, columns=('income',))
    """

    rate: Amount = strength(strongest=0.5)
    factor: float = 10.0

    def __post_init__(self) -> None:
        """Validate."""
        check_share("rate", self.rate, most=1.0)
        number = isinstance(self.factor, (int, float)) and not isinstance(self.factor, bool) and isfinite(self.factor)
        if not number or self.factor <= 0 or self.factor == 1:
            raise InvalidArgument(
                f"factor={self.factor!r} must be a positive number other than 1: 10, 100, 1000, or 0.01 the other way"
            )
        ColumnTransform.__post_init__(self)

    @property
    def takes(self) -> Columns:
        """Which columns it can change."""
        return NUMBERS

    def changed(
        self, table: Table, columns: tuple[Column, ...], rows: Mapping[Name, NDArray[Any]], streams: Streams
    ) -> Mapping[Name, NDArray[Any]]:
        """Return the columns with values in another unit."""
        del table
        mixed = {}
        for column in columns:
            values = rows[column.name]
            other = as_type(values * float(self.factor), values, column)
            mixed[column.name] = np.where(struck(self.rate, column, streams), other, values)
        return mixed
