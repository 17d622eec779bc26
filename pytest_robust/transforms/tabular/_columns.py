"""Which columns of a table change, and how the rest stays as it is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Mask
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.parameters import Amount, draw_share
from pytest_robust.core.perturbation import TableTransform
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import Column, Name, Table, check_table

__all__ = ["ANY", "NUMBERS", "ColumnTransform", "Columns", "as_type", "struck"]


@dataclass(frozen=True)
class Columns:
    """A kind of columns.

    Args:
        words: What they are called, for messages.
        hold: Tells whether a column is one of them.
    """

    words: str
    hold: Callable[[Column], bool]


ANY = Columns("columns", lambda column: True)  # noqa: ARG005 - any
NUMBERS = Columns("columns of numbers", lambda column: column.numeric)


@dataclass(frozen=True, kw_only=True, repr=False)
class ColumnTransform(TableTransform):
    """A change of some columns of a table.

    Args:
        columns: The names of those that may change, or their positions where they have none; all
            that it can change without it.
        protect: Those that stay as they are.
    """

    columns: tuple[Name, ...] | None = None
    protect: tuple[Name, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        for word, names in (("columns", () if self.columns is None else self.columns), ("protect", self.protect)):
            named = isinstance(names, tuple) and all(
                isinstance(name, (str, int)) and not isinstance(name, bool) for name in names
            )
            if not named or len(set(names)) < len(names) or (word == "columns" and self.columns == ()):
                raise InvalidArgument(
                    f"{word}={names!r} must be a tuple of different names, such as ('age',), or of positions, such as "
                    f"(0, 2); leave it out for {'all' if word == 'columns' else 'none'}"
                )

    @property
    @abstractmethod
    def takes(self) -> Columns:
        """Which columns it can change."""

    @abstractmethod
    def changed(
        self, table: Table, columns: tuple[Column, ...], rows: Mapping[Name, NDArray[Any]], streams: Streams
    ) -> Mapping[Name, NDArray[Any]]:
        """Return the new values of columns.

        Args:
            table: All rows, unchanged.
            columns: Those that may change, at least one.
            rows: The (n,) values of all columns in the rows at hand, by name; never written to.
            streams: The rows' random numbers.
        """

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the rows with some columns changed.

        Raises:
            InvalidData: They are rows of no table, there is no such column, or none it can change.
        """
        check_table(repr(self), batch.x)
        if batch.whole is None:
            raise InvalidData(
                f"{self!r} looks at whole columns, and the batch tells of none: give Batch(whole=Table.of(x)) "
                "with x of all rows"
            )
        columns = self._columns(batch.whole)
        values = self.changed(batch.whole, columns, batch.whole.read(batch.x), streams)
        return replace(batch, x=batch.whole.write(batch.x, values))

    def _columns(self, table: Table) -> tuple[Column, ...]:
        known = {column.name: column for column in table.columns}
        for name in (*(self.columns or ()), *self.protect):
            if name not in known:
                near = get_close_matches(name, list(map(str, known)), n=1) if isinstance(name, str) else []
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise InvalidData(f"{self!r} names the column {name!r}, which is none of {_few(known)}{hint}")
        for name in self.columns or ():
            if not self.takes.hold(known[name]):
                raise InvalidData(
                    f"{self!r} changes {self.takes.words}, and {name!r} is of {known[name].dtype}"
                    f"{' with categories' if known[name].categories is not None else ''}; leave it out of columns="
                )
        wanted = known if self.columns is None else self.columns
        able = tuple(known[name] for name in wanted if name not in self.protect and self.takes.hold(known[name]))
        if not able:
            raise InvalidData(
                f"{self!r} changes {self.takes.words}, and finds none among {_few(known)}; give a table with some, "
                "or protect= fewer"
            )
        return able


def struck(rate: Amount, column: Column, streams: Streams) -> Mask:
    """Return (n,) the rows in which a column is struck: with a larger rate the same and others.

    By the column's name, so that it does not matter which other columns there are.
    """
    own: Mask = streams.child("column", column.name).uniform("struck") < draw_share("rate", rate, streams)
    return own


def as_type(values: NDArray[Any], like: NDArray[Any], column: Column) -> NDArray[Any]:
    """Return float64 numbers as whole ones where the column's are, in the type of `like`."""
    if column.dtype.kind in "iu":
        values = np.rint(values)
    if like.dtype.kind in "iu":
        info = np.iinfo(like.dtype)
        # The largest of 64 bits is no double: the nearest below is.
        high = np.nextafter(float(info.max), 0) if info.bits == 64 else float(info.max)  # noqa: PLR2004 - bits
        values = np.clip(values, float(info.min), high)
    return values.astype(like.dtype)


def _few(known: Mapping[Name, Column]) -> str:
    names = [repr(name) for name in known]
    return ", ".join(names if len(names) <= 12 else [*names[:12], "..."])  # noqa: PLR2004 - a line
