"""A change of a table that keeps to what holds between its columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Mask
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.model import name_of
from pytest_robust.core.perturbation import Perturbation, Transform, leaves
from pytest_robust.core.table import Name

__all__ = ["Constrained", "Constraint", "holds"]

Constraint: TypeAlias = Callable[[Mapping[Name, NDArray[Any]]], Mask]
"""From columns by name, each (n,), to (n,) booleans: where they may stand together."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Constrained(Perturbation):
    """Draw a change of a table again wherever its columns would contradict each other.

    A row in which a constraint held before the change must hold it after; one in which it did not
    is free of it. A row that keeps to the constraints at once is not drawn again, and which
    numbers it gets does not depend on the other rows.

    Args:
        change: What changes the table: a transform, or a chain of several.
        constraints: Functions of the columns by name, each an (n,) array, that return (n,)
            booleans: where they may stand together.
        attempts: How often each row is drawn, at least 1, before it is given up.

    Raises:
        InvalidArgument: `change` is no transform, there are no constraints, or no attempts.

    Examples:
        >>> from pytest_robust.transforms import ColumnNoise
        >>> def ordered(table):
        ...     return table["low"] <= table["high"]
        >>> Constrained(change=ColumnNoise(sigma=0.1), constraints=(ordered,))
        Constrained(change=ColumnNoise(sigma=0.1), constraints=(ordered,))
    """

    change: Perturbation
    constraints: tuple[Constraint, ...]
    attempts: int = 100

    def __post_init__(self) -> None:
        """Validate."""
        if not isinstance(self.change, Perturbation) or not all(
            isinstance(part, Transform) for part in leaves(self.change)
        ):
            raise InvalidArgument(
                f"Constrained: change={self.change!r} must be a transform or a chain of some, such as "
                "ColumnNoise(sigma=0.1); an attack keeps to its threat model alone"
            )
        if not isinstance(self.constraints, tuple) or not self.constraints or not all(map(callable, self.constraints)):
            raise InvalidArgument(
                f"Constrained: constraints={self.constraints!r} must be a tuple of functions, such as "
                '(lambda table: table["low"] <= table["high"],)'
            )
        if isinstance(self.attempts, bool) or not isinstance(self.attempts, int) or self.attempts < 1:
            raise InvalidArgument(f"Constrained: attempts={self.attempts!r} must be an integer, at least 1")

    @property
    def composed(self) -> tuple[Perturbation, ...]:
        """The change."""
        return (self.change,)

    @property
    def level(self) -> float | None:
        """The change's."""
        return self.change.level

    @property
    def family(self) -> str:
        """The change's, with the constraints."""
        return f"Constrained(change={self.change.family}{self._rest}"

    def scaled(self, share: float) -> Self:
        """Return the same around the change at a share of its strength."""
        return replace(self, change=self.change.scaled(share))

    @property
    def _rest(self) -> str:
        # A function's own repr tells where it is in memory.
        names = ", ".join(map(name_of, self.constraints))
        attempts = "" if self.attempts == type(self).attempts else f", attempts={self.attempts}"
        return f", constraints=({names}{',' if len(self.constraints) == 1 else ''}){attempts})"

    def __repr__(self) -> str:
        """Return code that makes this value, given the functions."""
        return f"Constrained(change={self.change!r}{self._rest}"


def holds(constraint: Constraint, columns: Mapping[Name, NDArray[Any]], rows: int) -> Mask:
    """Return (rows,) where a constraint holds.

    Raises:
        InvalidArgument: It asks for a column that there is not, or gives no boolean a row.
    """
    try:
        found = np.asarray(constraint(columns))
    except KeyError as error:
        raise InvalidArgument(
            f"the constraint {name_of(constraint)} asks for the column {error}, "
            f"and the table has {sorted(columns, key=str)}"
        ) from None
    if found.shape != (rows,) or found.dtype != bool:
        raise InvalidArgument(
            f"the constraint {name_of(constraint)} gave {found.dtype} of shape {found.shape} for {rows} rows: "
            'it must give one boolean a row, as table["low"] <= table["high"] does'
        )
    return found
