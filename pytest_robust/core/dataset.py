"""The examples a model is tested on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Inputs, Integers, Labels, read_only, take
from pytest_robust.core.bounds import Bounds, infer_bounds
from pytest_robust.core.detections import check_inside, is_boxes
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.table import Column, Table, check_table

__all__ = ["Dataset"]

# Bytes looked at together: bounds the memory of a look at a memory map.
_CHUNK = 2**20


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Examples and their labels, as read-only views.

    Args:
        x: (n, ...) array, an array of strings, or a dict of such arrays of equal length.
        y: (n,) class indices, class names or values, or (n, most) boxes as `as_boxes` makes them;
            None where no check needs them.
        bounds: The values an input can take; None to infer them when a check needs them; a
            dict of bounds for several inputs.
        columns: What is known of the columns of a data frame, in which values may be missing.
        groups: (n,) numbers or names: examples of the same one, such as several views of one object,
            tell less of the population than as many of different ones. None where each is its own.

    Raises:
        InvalidData: No examples, lengths that differ, or a value that is not finite; the
            message names the row.
    """

    x: Inputs
    y: Labels | None
    bounds: Bounds | Mapping[str, Bounds] | None = None
    columns: tuple[Column, ...] = ()
    groups: Any = None

    def __post_init__(self) -> None:
        """Validate."""
        entries = {name: read_only(np.asanyarray(entry)) for name, entry in self._entries()}
        if not entries:
            raise InvalidData("x={} has no inputs")
        lengths = {name: len(entry) if entry.ndim else -1 for name, entry in entries.items()}
        for name, length in lengths.items():
            if length < 0:
                raise InvalidData(f"{name} is a single value; a check needs an array of examples")
            if length != next(iter(lengths.values())):
                raise InvalidData(f"the inputs have different lengths: {lengths}")
            if length == 0:
                raise InvalidData(
                    f"{name} has no examples: shape {entries[name].shape}; nothing can be measured on none"
                )
        object.__setattr__(self, "x", entries if isinstance(self.x, Mapping) else entries["x"])
        for name, entry in entries.items():
            _check_finite(name, entry, may_miss=bool(self.columns))
        if self.y is not None:
            object.__setattr__(self, "y", self._checked_labels(entries))
        if self.groups is not None:
            object.__setattr__(self, "groups", self._checked_groups())
        self._check_bounds(entries)

    def _checked_labels(self, entries: Mapping[str, NDArray[Any]]) -> Labels:
        labels = read_only(np.asanyarray(self.y))
        if labels.ndim == 0:
            raise InvalidData(f"y={labels.item()!r} is a single value; each example needs one label")
        if len(labels) != len(self):
            raise InvalidData(f"x has {len(self)} examples and y has {len(labels)}: each example needs one label")
        _check_finite("y", labels, may_miss=False)
        if is_boxes(labels) and len(entries) == 1:
            check_inside(labels, next(iter(entries.values())))
        return labels

    def _checked_groups(self) -> Integers:
        """Return the groups as numbers from 0."""
        groups = np.asanyarray(self.groups)
        if groups.shape != (len(self),):
            raise InvalidData(
                f"x has {len(self)} examples and groups has shape {groups.shape}: each example needs one group"
            )
        _check_finite("groups", groups, may_miss=False)
        try:
            known, which = np.unique(groups, return_inverse=True)
        except TypeError as error:
            raise InvalidData(f"groups holds values of several types, which cannot be told apart: {error}") from None
        if len(known) == 1:
            raise InvalidData(
                f"groups holds only {known.tolist()[0]!r}: a single group tells nothing of others; leave groups out "
                "if the examples are independent"
            )
        return read_only(which)

    def _check_bounds(self, entries: Mapping[str, NDArray[Any]]) -> None:
        given = self.bounds if isinstance(self.bounds, Mapping) else {"": self.bounds}
        for name, bounds in given.items():
            if bounds is not None and not isinstance(bounds, Bounds):
                raise InvalidArgument(f"bounds={bounds!r}: give Bounds(lowest, highest)")
            if isinstance(self.bounds, Mapping) and name not in entries:
                raise InvalidArgument(f"bounds of {name!r}, which is none of the inputs {sorted(entries)}")

    def _entries(self) -> Iterator[tuple[str, Any]]:
        yield from self.x.items() if isinstance(self.x, Mapping) else (("x", self.x),)

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(next(entry for _, entry in self._entries()))

    def inputs(self, rows: NDArray[Any] | slice) -> Inputs:
        """Return the inputs of some examples."""
        return take(self.x, rows)

    def entry(self, on: str | None, *, change: str) -> tuple[str | None, NDArray[Any]]:
        """Return the name and the array of the input that a perturbation changes.

        Args:
            on: Its name; None for the only one there is to change.
            change: What wants to change it, for the message.

        Raises:
            InvalidArgument: No such input, or several and no name.
        """
        if not isinstance(self.x, Mapping):
            if on is not None:
                raise InvalidArgument(f"{change}: on={on!r} names an input, and the model has only one; leave it out")
            return None, self.x
        if on is not None:
            if on not in self.x:
                raise InvalidArgument(f"{change}: on={on!r} is none of the inputs {sorted(self.x)}")
            return on, self.x[on]
        able = [name for name, entry in self.x.items() if np.issubdtype(entry.dtype, np.floating)]
        if len(able) != 1:
            raise InvalidArgument(
                f"{change}: the model has the inputs {sorted(self.x)}; say which one changes, "
                f"for instance on={min(able or self.x)!r}"
            )
        return able[0], self.x[able[0]]

    def bounds_of(self, name: str | None) -> Bounds:
        """Return the values that an input can take, inferred where they were not given.

        Raises:
            InvalidData: They were not given, and the values leave a doubt.
        """
        if isinstance(self.bounds, Bounds):
            return self.bounds
        if isinstance(self.bounds, Mapping) and name is not None and name in self.bounds:
            return self.bounds[name]
        return self._inferred[name]

    def table(self, name: str | None, *, change: str) -> Table:
        """Return all rows of the table that a perturbation changes.

        Args:
            name: The input, None for the only one or for all columns.
            change: What wants to change it, for the message.

        Raises:
            InvalidData: It is no table.
        """
        if name not in self._tables:
            x = self.x[name] if isinstance(self.x, Mapping) and name is not None else self.x
            if not isinstance(x, Mapping):
                check_table(change, x)
            self._tables[name] = Table.of(x, self.columns)
        return self._tables[name]

    @cached_property
    def _tables(self) -> dict[str | None, Table]:
        return {}

    @cached_property
    def _inferred(self) -> Mapping[str | None, Bounds]:
        return _Inferred(self)

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that name these examples and labels."""
        digest = blake2b(digest_size=8)
        # Sorted, since a dict's order says nothing about the examples.
        for name, entry in (*sorted(self._entries()), ("y", self.y)):
            if entry is None:
                continue
            digest.update(f"{name}{entry.shape}{entry.dtype}".encode())
            for _, chunk in _chunks(entry):
                digest.update(
                    repr(chunk.tolist()).encode() if chunk.dtype.hasobject else np.ascontiguousarray(chunk).data
                )
        return digest.hexdigest()


class _Inferred(dict[str | None, Bounds]):
    """The bounds of each input, looked for once, when first asked."""

    def __init__(self, data: Dataset) -> None:
        self._data = data

    def __missing__(self, name: str | None) -> Bounds:
        x = self._data.x
        entry = x[name] if isinstance(x, Mapping) and name is not None else x
        if not isinstance(entry, np.ndarray) or not np.issubdtype(entry.dtype, np.number):
            raise InvalidData(f"inputs of type {getattr(entry, 'dtype', type(entry))} have no range of values")
        self[name] = infer_bounds(entry)
        return self[name]


def _chunks(array: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
    """Yield where each part starts, and the part."""
    rows = max(_CHUNK * len(array) // max(array.nbytes, 1), 1)
    return ((start, array[start : start + rows]) for start in range(0, len(array), rows))


def _check_finite(name: str, array: NDArray[Any], *, may_miss: bool) -> None:
    if array.dtype == object and not may_miss:
        for row, value in enumerate(array):
            if value is None or (isinstance(value, float) and not isfinite(value)):
                raise InvalidData(
                    f"{name}[{row}] is {value}: a missing value cannot be measured on; drop or fill the row"
                )
    if not np.issubdtype(array.dtype, np.inexact):
        return
    for start, chunk in _chunks(array):
        allowed = np.isfinite(chunk) | (np.isnan(chunk) & may_miss)
        finite = allowed.reshape(len(chunk), -1).all(axis=1)
        if not finite.all():
            row = start + int(np.flatnonzero(~finite)[0])
            value = chunk[~allowed].flat[0]
            raise InvalidData(
                f"{name}[{row}] holds {value}: a value that is not a finite number cannot be measured on; "
                "drop or repair the row"
            )
