"""A table: columns of one length, each with a type of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Mask
from pytest_robust.core.errors import InvalidData

__all__ = ["Column", "Name", "Table", "check_table", "missing", "packed", "unpacked"]

Name: TypeAlias = str | int
"""Of a column: its own, or its position in a matrix without names."""

_MATRIX_RANK = 2


@dataclass(frozen=True, kw_only=True)
class Column:
    """What is known of a column beside its values.

    Args:
        name: Its name, or its position where it has none.
        dtype: Of its values.
        native: The type that a data frame gave it; None where no frame did.
        categories: The values it can take, where that was said; else None.

    Examples:
        >>> age = Column(name="age", dtype=np.dtype("int64"))
        >>> age.numeric, age.categorical
        (True, False)
    """

    name: Name
    dtype: np.dtype[Any]
    native: Any = None
    categories: tuple[Any, ...] | None = None

    @property
    def numeric(self) -> bool:
        """Whether its values are quantities."""
        return self.dtype.kind in "iuf" and self.categories is None

    @property
    def categorical(self) -> bool:
        """Whether its values are categories: words, or what a frame says are some."""
        return self.categories is not None or self.dtype.kind in "USO"


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """All rows of a table, and what is true of their columns as a whole.

    What a row becomes may depend on these and on the row, never on the batch it comes in.

    Args:
        columns: One for each column, in order.
        x: (n, columns) numbers, or an (n,) structured array with a field a column.

    Examples:
        >>> table = Table.of(np.array([[1.0, 10.0], [3.0, 10.0]]))
        >>> table.spread(0), table.range(0), table.spread(1)
        (1.0, (1.0, 3.0), 0.0)
    """

    columns: tuple[Column, ...]
    x: NDArray[Any]
    _known: dict[tuple[str, Name], Any] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, x: NDArray[Any] | Mapping[str, NDArray[Any]], columns: tuple[Column, ...] = ()) -> Table:
        """Return the table of some rows.

        Args:
            x: (n, columns) numbers, a structured array, or a dict of (n,) columns.
            columns: What is known of the columns; else their types are those of their values.

        Raises:
            InvalidData: It is no table.
        """
        rows = packed(x) if isinstance(x, Mapping) else x
        check_table("a table", rows)
        if not columns and rows.dtype.names is not None:
            columns = tuple(Column(name=name, dtype=rows.dtype[name]) for name in rows.dtype.names)
        elif not columns:
            columns = tuple(Column(name=place, dtype=rows.dtype) for place in range(rows.shape[1]))
        return cls(columns=columns, x=rows)

    def read(self, rows: NDArray[Any]) -> dict[Name, NDArray[Any]]:
        """Return the columns of some rows of this table, changed or not, by name.

        In the type that the column has in the whole table, where it can hold the values.
        """
        return {column.name: _of_type(_column(rows, place), column.dtype) for place, column in enumerate(self.columns)}

    def write(self, rows: NDArray[Any], changed: Mapping[Name, NDArray[Any]]) -> NDArray[Any]:
        """Return a copy of some rows with other values in some columns, in the form of the rows."""
        if rows.dtype.names is not None:
            return packed({name: np.asarray(changed.get(name, rows[name])) for name in rows.dtype.names})
        wider = rows.dtype.kind != "f" and any(values.dtype.kind == "f" for values in changed.values())
        written = np.array(rows, dtype=np.float64 if wider else rows.dtype)
        for place, column in enumerate(self.columns):
            if column.name in changed:
                written[:, place] = changed[column.name]
        return written

    def values(self, name: Name) -> NDArray[Any]:
        """Return the (n,) values of a column, in its own type."""
        return self._once("values", name, self._read)

    def spread(self, name: Name) -> float:
        """Return the standard deviation of a column of numbers, missing values left out."""
        return self._once("spread", name, lambda name: float(self._numbers(name).std()))

    def range(self, name: Name) -> tuple[float, float]:
        """Return the smallest and the largest number of a column."""
        return self._once(
            "range", name, lambda name: (float(self._numbers(name).min()), float(self._numbers(name).max()))
        )

    def categories(self, name: Name) -> tuple[Any, ...]:
        """Return what a column can hold: the categories that were said, or all that it holds."""
        return self._once("categories", name, self._categories)

    def _once(self, fact: str, name: Name, find: Any) -> Any:  # noqa: ANN401 - a fact of any type
        # Some hundred batches ask for the same, and it is of all rows.
        if (fact, name) not in self._known:
            self._known[fact, name] = find(name)
        return self._known[fact, name]

    def _read(self, name: Name) -> NDArray[Any]:
        place = [column.name for column in self.columns].index(name)
        return _of_type(_column(self.x, place), self.columns[place].dtype)

    def _numbers(self, name: Name) -> NDArray[np.float64]:
        values = self.values(name).astype(np.float64)
        there: NDArray[np.float64] = values[~np.isnan(values)]
        return there if len(there) else np.zeros(1)

    def _categories(self, name: Name) -> tuple[Any, ...]:
        said = next(column.categories for column in self.columns if column.name == name)
        values = self.values(name)
        return tuple(np.unique(values[~missing(values)]).tolist()) if said is None else said


def check_table(owner: str, rows: NDArray[Any]) -> None:
    """Refuse what is no table.

    Raises:
        InvalidData: It is neither a matrix of numbers nor a structured array.
    """
    numbers = rows.ndim == _MATRIX_RANK and rows.dtype.kind in "biuf"
    if rows.dtype.names is None and not numbers:
        raise InvalidData(
            f"{owner} has columns, and the inputs are {rows.dtype} of shape {rows.shape}; give (n, columns) numbers, "
            "a data frame or a dict of (n,) columns, or take a change of images, texts or sequences"
        )


def packed(columns: Mapping[Any, NDArray[Any]]) -> NDArray[Any]:
    """Return columns as one structured array, which can be taken apart by rows."""
    entries = {str(name): np.asarray(values) for name, values in columns.items()}
    rows: NDArray[Any] = np.empty(
        len(next(iter(entries.values()))), dtype=[(name, values.dtype) for name, values in entries.items()]
    )
    for name, values in entries.items():
        rows[name] = values
    return rows


def unpacked(rows: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return the columns of a structured array."""
    return {name: np.ascontiguousarray(rows[name]) for name in rows.dtype.names or ()}


def missing(values: NDArray[Any]) -> Mask:
    """Return which values of an array are missing: NaN, or None."""
    if values.dtype == object:
        # NaN alone differs from itself.
        gaps: Mask = np.array([value is None or value != value for value in values.flat], dtype=bool)  # noqa: PLR0124
        return gaps.reshape(values.shape)
    return np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, dtype=bool)


def _column(rows: NDArray[Any], place: int) -> NDArray[Any]:
    return rows[:, place] if rows.dtype.names is None else rows[rows.dtype.names[place]]


def _of_type(values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return values in a type, or as they are where it cannot hold them."""
    if values.dtype == dtype or not (values.dtype.kind in "biuf" and dtype.kind in "biuf"):
        return values
    with np.errstate(invalid="ignore", over="ignore"):
        cast: NDArray[Any] = values.astype(dtype)
    return cast if np.array_equal(cast, values, equal_nan=True) else values
