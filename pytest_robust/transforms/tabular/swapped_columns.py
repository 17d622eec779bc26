"""Two columns in each other's place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.errors import InvalidData
from pytest_robust.core.parameters import Amount, check_share, draw_share, strength
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import Column, Name, Table
from pytest_robust.transforms.tabular._columns import ANY, Columns, ColumnTransform

__all__ = ["SwappedColumns"]


@dataclass(frozen=True, kw_only=True, repr=False)
class SwappedColumns(ColumnTransform):
    """Exchange the values of two columns of one kind in some rows.

    Which two is drawn for each row, among all pairs of columns that hold values of one type: numbers
    of one type, words, or booleans.

    Args:
        rate: The expected share of rows with two columns exchanged, from 0 to 1; with a larger one
            the same and others. `Between(low, high)` draws one for each example.
        columns: The names of those that may change, or their positions where they have none, such as
            ("height", "weight") for these two; all without it.
        protect: Those that stay as they are.

    Raises:
        InvalidArgument: `rate` is not in [0, 1], or `columns` or `protect` are no names.

    Examples:
        >>> SwappedColumns(rate=0.1)
        SwappedColumns(rate=0.1)
        >>> SwappedColumns(rate=0.1, columns=("height", "weight"))
        SwappedColumns(rate=0.1, columns=('height', 'weight'))
    """

    rate: Amount = strength(strongest=1.0)

    def __post_init__(self) -> None:
        """Validate."""
        check_share("rate", self.rate, most=1.0)
        ColumnTransform.__post_init__(self)

    @property
    def takes(self) -> Columns:
        """Which columns it can change."""
        return ANY

    def changed(
        self, table: Table, columns: tuple[Column, ...], rows: Mapping[Name, NDArray[Any]], streams: Streams
    ) -> Mapping[Name, NDArray[Any]]:
        """Return the columns with values exchanged."""
        del table
        pairs = [(one, other) for one, other in combinations(columns, 2) if _kind(one) == _kind(other)]
        if not pairs:
            names = ", ".join(repr(column.name) for column in columns)
            raise InvalidData(
                f"{self!r} exchanges columns of one type, and no two of {names} are; give columns= of one type"
            )
        struck = streams.uniform("struck") < draw_share("rate", self.rate, streams)
        chosen = np.where(struck, streams.integers("pair", 0, len(pairs)), -1)
        # A type that holds the values of every column of the kind.
        kinds = {column.name: _kind(column) for column in columns}
        types = {
            kind: np.result_type(*(rows[name].dtype for name, own in kinds.items() if own == kind))
            for kind in set(kinds.values())
        }
        swapped = {name: rows[name].astype(types[kind]) for name, kind in kinds.items()}
        # Wide tables have far more pairs than a batch has rows.
        for place in np.unique(chosen[struck]):
            one, other = pairs[place]
            here = chosen == place
            swapped[one.name][here] = rows[other.name][here]
            swapped[other.name][here] = rows[one.name][here]
        return swapped


def _kind(column: Column) -> tuple[bool, str]:
    # Words of any length are of one type; numbers of another size might not fit.
    return column.categorical, "text" if column.dtype.kind in "USO" else str(column.dtype)
