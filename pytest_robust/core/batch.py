"""Some examples on their way through a transform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from pytest_robust.core.arrays import Labels
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.table import Table

__all__ = ["Batch"]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Examples with their labels and the values their inputs can take.

    Args:
        x: (n, ...) inputs, float32 where they are numbers, a table's in its own types; never written to.
        y: (n, ...) labels, or None where there are none.
        bounds: The values an input can take.
        whole: All rows of the table that these are some of; None for other inputs.
    """

    x: NDArray[Any]
    y: Labels | None
    bounds: Bounds
    whole: Table | None = None
