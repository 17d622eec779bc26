"""A category that nobody has seen."""

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

__all__ = ["UnseenCategory"]


@dataclass(frozen=True, kw_only=True, repr=False)
class UnseenCategory(ColumnTransform):
    """Put a category in place of some that is none of the column's.

    It changes columns of words, and those that a data frame calls categorical. Categories that are
    numbers get the number after the largest. A categorical column of a frame gets one category more.

    Args:
        rate: The expected share of values that are replaced, from 0 to 1; with a larger one the same
            and others. `Between(low, high)` draws one for each example.
        category: The new one, which no column holds.
        columns: The names of those that may change, or their positions where they have none; all
            columns of categories without it.
        protect: Those that stay as they are.

    Raises:
        InvalidArgument: `rate` is not in [0, 1], `category` is no word, or `columns` or `protect` are
            no names.

    Examples:
        >>> UnseenCategory(rate=0.1)
        UnseenCategory(rate=0.1)
        >>> UnseenCategory(rate=0.1, category="other", columns=("city",))
        UnseenCategory(rate=0.1, category='other', columns=('city',))
    """

    rate: Amount = strength(strongest=0.5)
    category: str = "unseen"

    def __post_init__(self) -> None:
        """Validate."""
        check_share("rate", self.rate, most=1.0)
        if not isinstance(self.category, str):
            raise InvalidArgument(f"category={self.category!r} must be a word, such as 'unseen'")
        ColumnTransform.__post_init__(self)

    @property
    def takes(self) -> Columns:
        """Which columns it can change."""
        return Columns("columns of words or categories", lambda column: column.categorical)

    def changed(
        self, table: Table, columns: tuple[Column, ...], rows: Mapping[Name, NDArray[Any]], streams: Streams
    ) -> Mapping[Name, NDArray[Any]]:
        """Return the columns with a new category."""
        replaced = {}
        for column in columns:
            known = table.categories(column.name)
            new: Any = max(known, default=0) + 1 if column.dtype.kind in "iuf" else self.category
            if new in known:
                raise InvalidData(
                    f"{self!r}: {new!r} is a category of the column {column.name!r}; give category= one that is none"
                )
            values = rows[column.name]
            # Not np.where alone: it would make words of objects that are missing values.
            wide = values.astype(
                np.result_type(values.dtype, np.array(new).dtype) if values.dtype != object else object
            )
            wide[struck(self.rate, column, streams)] = new
            replaced[column.name] = wide
        return replaced
