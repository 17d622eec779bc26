"""The part of the inputs that a perturbation changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Inputs
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.perturbation import Clean, Perturbation, TableTransform, leaves
from pytest_robust.core.table import packed, unpacked

__all__ = ["Part", "part_of", "shown_of"]


class Part(ABC):
    """What of the inputs changes, as one array."""

    name: str | None
    """The input, None where it is the only one, or all are columns of one table."""

    @abstractmethod
    def of(self, x: Inputs) -> NDArray[Any]:
        """Return it as it is in the inputs of some rows."""

    @abstractmethod
    def into(self, x: Inputs, changed: NDArray[Any]) -> Inputs:
        """Return the inputs of some rows with the changed part in its place."""


@dataclass(frozen=True)
class _Only(Part):
    """The only input."""

    name: str | None = None

    def of(self, x: Inputs) -> NDArray[Any]:
        assert isinstance(x, np.ndarray), "one input is one array"
        return x

    def into(self, x: Inputs, changed: NDArray[Any]) -> Inputs:  # noqa: ARG002 - the others'
        return changed


@dataclass(frozen=True)
class _Named(Part):
    """One of several inputs."""

    name: str

    def of(self, x: Inputs) -> NDArray[Any]:
        entry: NDArray[Any] = x[self.name]
        return entry

    def into(self, x: Inputs, changed: NDArray[Any]) -> Inputs:
        return {**dict(x), self.name: changed}


@dataclass(frozen=True)
class _Columns(Part):
    """All inputs, each a column of one table, as a structured array."""

    name: str | None = None

    def of(self, x: Inputs) -> NDArray[Any]:
        assert isinstance(x, Mapping), "columns have names"
        return packed(x)

    def into(self, x: Inputs, changed: NDArray[Any]) -> Inputs:  # noqa: ARG002 - the others'
        return unpacked(changed)


def part_of(data: Dataset, perturbation: Perturbation) -> Part:
    """Return what of the data a perturbation changes.

    Raises:
        InvalidArgument: The data have no such input, or several and it is not said which.
        InvalidData: It changes tables, and the input is none.
    """
    if isinstance(perturbation, Clean):
        # Nothing changes, and so nothing need be told apart.
        return _Only()
    tabular = [leaf for leaf in leaves(perturbation) if isinstance(leaf, TableTransform)]
    on = _on(perturbation)
    if tabular and isinstance(data.x, Mapping) and all(entry.ndim == 1 for entry in data.x.values()):
        if on is not None:
            raise InvalidArgument(
                f"{tabular[0]!r}: on={on!r} names an input, and here all inputs are columns of one table; "
                f"write columns=({on!r},)"
            )
        part: Part = _Columns()
    else:
        name, _ = data.entry(on, change=repr(perturbation))
        part = _Only() if name is None else _Named(name)
    if tabular:
        data.table(part.name, change=repr(tabular[0]))
    return part


def shown_of(data: Dataset) -> Part:
    """Return what of the inputs is shown where nothing changes: the row of a table, or the first of several."""
    if not isinstance(data.x, Mapping):
        return _Only()
    if all(entry.ndim == 1 for entry in data.x.values()):
        return _Columns()
    return _Named(next(iter(data.x)))


def _on(perturbation: Perturbation) -> str | None:
    return next((on for part in perturbation.composed if (on := _on(part)) is not None), perturbation.on)
