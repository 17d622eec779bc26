"""Answers of several steps: texts, and rows of token ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Outputs
from pytest_robust.core.errors import InvalidArgument, InvalidData, InvalidModel

__all__ = ["Tokens", "are_rows", "rows_of"]

_IDS, _SCORES = 2, 3


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """Where a row of token ids ends.

    Args:
        padding: The id that fills rows up: at the end of a row it does not count. None for none.
        end: The id that ends a sequence: neither it nor what stands after it counts. None for none.

    Raises:
        InvalidArgument: One is no whole number.

    Examples:
        >>> Tokens(end=2).written(np.array([7, 5, 2, 9, 0]))
        '7 5'
    """

    padding: int | None = 0
    end: int | None = None

    def __post_init__(self) -> None:
        """Validate."""
        for name in ("padding", "end"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                raise InvalidArgument(f"Tokens: {name}={value!r} must be a token's id, or None for none")

    def written(self, row: Sequence[Any] | NDArray[Any]) -> str:
        """Return a row as a text: its tokens up to the end, apart by spaces."""
        tokens = np.asarray(row).tolist()
        if self.end in tokens:
            tokens = tokens[: tokens.index(self.end)]
        while tokens and tokens[-1] == self.padding:
            tokens.pop()
        return " ".join(map(str, tokens))

    def texts(self, answers: Outputs) -> Outputs:
        """Return (n,) a model's answers as texts.

        Args:
            answers: (n,) texts, (n, steps) token ids, (n, steps, tokens) scores of each, of which the highest counts,
                or (n,) rows of ids or words of different lengths.

        Raises:
            InvalidModel: They are something else.
        """
        texts = self._read(answers)
        if texts is None:
            raise InvalidModel(
                f"the model answers {_described(answers)}, and texts or sequences were to be judged: return a list of "
                "strings, (n, steps) token ids, or (n, steps, tokens) scores of them"
            )
        return texts

    def wanted(self, y: Outputs) -> Outputs:
        """Return (n,) labels as texts.

        Args:
            y: As `texts` takes answers.

        Raises:
            InvalidData: They are something else.
        """
        texts = self._read(y)
        if texts is None:
            raise InvalidData(
                f"y holds {_described(y)}, and texts or sequences were to be judged: give a list of strings, or "
                "(n, steps) token ids"
            )
        return texts

    def _read(self, values: Outputs) -> Outputs | None:
        if values.ndim == 1 and values.dtype.kind in "UO":
            if all(isinstance(value, str) for value in values):
                return values
            if are_rows(values):
                return _array([self.written(row) for row in values])
        if values.ndim == _IDS and values.dtype.kind in "iuUO":
            return _array([self.written(row) for row in values])
        if values.ndim == _SCORES and values.dtype.kind == "f":
            return _array([self.written(row) for row in values.argmax(axis=-1)])
        return None


def are_rows(values: Any) -> bool:  # noqa: ANN401 - what a model or a user gives
    """Return whether these are rows of any length: lists, tuples or (steps,) arrays."""
    return len(values) > 0 and all(
        isinstance(row, (list, tuple)) or (isinstance(row, np.ndarray) and row.ndim == 1) for row in values
    )


def rows_of(values: Any) -> NDArray[Any]:  # noqa: ANN401 - what a model or a user gives
    """Return what NumPy makes of values; of rows that differ in length an (n,) array of tuples.

    Examples:
        >>> rows_of([[1, 2], [3]]).tolist()
        [(1, 2), (3,)]
    """
    if isinstance(values, (list, tuple)) and are_rows(values) and len({len(row) for row in values}) > 1:
        rows = np.empty(len(values), dtype=object)
        rows[:] = [tuple(np.asarray(row).tolist()) for row in values]
        return rows
    return np.asanyarray(values)


def _array(texts: list[str]) -> Outputs:
    made: Outputs = np.array(texts, dtype=object)
    return made


def _described(values: Outputs) -> str:
    return f"{values.dtype} of shape {values.shape}" + (f", such as {values[0]!r}" if values.ndim == 1 else "")
