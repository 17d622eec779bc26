"""Noise in units of a column's own spread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.parameters import Amount, check_share, draw_share, strength
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import Column, Name, Table
from pytest_robust.transforms.tabular._columns import NUMBERS, Columns, ColumnTransform, as_type

__all__ = ["ColumnNoise"]


@dataclass(frozen=True, kw_only=True, repr=False)
class ColumnNoise(ColumnTransform):
    """Add normal noise to columns of numbers, to each in units of its own spread.

    Whole numbers stay whole: their noise is rounded. Missing values stay missing.

    Args:
        sigma: The noise's standard deviation, in standard deviations of the column over all rows,
            at least 0. `Between(low, high)` draws one for each example.
        columns: The names of those that may change, or their positions where they have none; all
            columns of numbers without it.
        protect: Those that stay as they are.

    Raises:
        InvalidArgument: `sigma` is negative, or `columns` or `protect` are no names.

    Examples:
        >>> ColumnNoise(sigma=0.1)
        ColumnNoise(sigma=0.1)
        >>> ColumnNoise(sigma=0.1, protect=("year",))
        ColumnNoise(sigma=0.1, protect=('year',))
    """

    sigma: Amount = strength(strongest=1.0)

    def __post_init__(self) -> None:
        """Validate."""
        check_share("sigma", self.sigma)
        ColumnTransform.__post_init__(self)

    @property
    def takes(self) -> Columns:
        """Which columns it can change."""
        return NUMBERS

    def changed(
        self, table: Table, columns: tuple[Column, ...], rows: Mapping[Name, NDArray[Any]], streams: Streams
    ) -> Mapping[Name, NDArray[Any]]:
        """Return the columns with noise."""
        sigma = draw_share("sigma", self.sigma, streams).astype(np.float64)
        noisy = {}
        for column in columns:
            noise = streams.child("column", column.name).normal("noise")
            values = rows[column.name]
            noisy[column.name] = as_type(values + sigma * table.spread(column.name) * noise, values, column)
        return noisy
