"""More of what is high in one column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import softmax

from pytest_robust.core.arrays import Floats, Inputs, Integers
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.shift import Shift
from pytest_robust.core.table import Name

__all__ = ["Tilt"]

_TABLE = 2


@dataclass(frozen=True)
class Tilt(Shift):
    """The mean of a column is so many standard deviations higher, and all else as much as it was as it can be.

    Of all weights with that mean these are the nearest to equal ones in relative entropy:
    exp(t z) of the column's standard score z, at the t that gives the mean. A normal column
    stays normal, of the same width.

    Args:
        column: Its name in a data frame or a dict of columns, its position in a table of numbers,
            or a function of the inputs x that returns (n,) numbers.
        by: Standard deviations of the column in the test set; negative for a lower mean.

    Raises:
        InvalidArgument: `by` is no finite number, or `column` none of these.

    Examples:
        >>> ages = Dataset(x=np.array([[20.0], [40.0], [60.0]]), y=None)
        >>> weights = Tilt(0, by=0.5).weights(ages, np.arange(3))
        >>> round(float(np.average(ages.x[:, 0], weights=weights) - 40) / float(ages.x.std()), 6)
        0.5

    References:
        Hainmueller, "Entropy Balancing for Causal Effects", Political Analysis 20(1), 2012.
    """

    column: int | str | Callable[[Any], Any]
    by: float

    def __post_init__(self) -> None:
        """Validate; NumPy's numbers become Python's."""
        for name in ("column", "by"):
            value = getattr(self, name)
            object.__setattr__(self, name, value.item() if isinstance(value, np.generic) else value)
        if isinstance(self.column, bool) or not (isinstance(self.column, (int, str)) or callable(self.column)):
            raise InvalidArgument(
                f"Tilt({self.column!r}): give a column's position or name, or a function of the inputs"
            )
        if isinstance(self.by, bool) or not isinstance(self.by, (int, float)) or not isfinite(self.by):
            raise InvalidArgument(f"by={self.by!r} must be a finite number of standard deviations")

    @property
    def title(self) -> str:
        """The column and how far."""
        named = getattr(self.column, "__name__", repr(self.column)) if callable(self.column) else str(self.column)
        what = f"column {named}" if isinstance(self.column, int) else named
        return f"{what} {self.by:+g} standard deviations"

    def weights(self, data: Dataset, rows: Integers) -> Floats:
        """Return the nearest weights to equal ones with that mean."""
        values = self._values(data, rows)
        spread = float(values.std())
        if not spread > 0:
            raise InvalidData(f"{self.title}: all {len(values)} values are {values[0]:g}, so none can be more common")
        scores = (values - values.mean()) / spread
        if not scores.min() < self.by < scores.max():
            raise InvalidArgument(
                f"{self.title}: no mix of these examples has that mean, whose scores lie between "
                f"{scores.min():.3g} and {scores.max():.3g}; take by= well inside"
            )

        def beyond(strength: float) -> float:
            return float(softmax(strength * scores) @ scores) - self.by

        reach = 1.0
        while beyond(reach) < 0 or beyond(-reach) > 0:
            reach *= 2
        weights: Floats = softmax(brentq(beyond, -reach, reach) * scores)
        return weights

    def _values(self, data: Dataset, rows: Integers) -> Floats:
        x, examples = data.inputs(rows), len(rows)
        names = [column.name for column in data.columns]
        found = np.asarray(self.column(x) if callable(self.column) else self._entry(x, names))
        if found.shape != (examples,) or found.dtype.kind not in "biuf":
            raise InvalidData(
                f"{self.title}: gives {found.dtype} of shape {found.shape}, and {examples} numbers are needed, "
                "one an example"
            )
        values = found.astype(np.float64)
        if not np.isfinite(values).all():
            raise InvalidData(f"{self.title}: example {np.flatnonzero(~np.isfinite(values))[0]} has no finite value")
        return values

    def _entry(self, x: Inputs, names: list[Name]) -> Any:  # noqa: ANN401 - an array, checked by the caller
        if isinstance(x, Mapping):
            if self.column not in x:
                raise InvalidArgument(f"Tilt({self.column!r}): there is no such column; there are {sorted(x)}")
            return x[str(self.column)]
        if self.column in names:
            return x[:, names.index(self.column)]
        if not isinstance(self.column, int) or x.ndim != _TABLE or not -x.shape[1] <= self.column < x.shape[1]:
            of = f"has columns 0 to {x.shape[1] - 1}" if x.ndim == _TABLE else f"is {x.dtype} of shape {x.shape}"
            named = f", named {', '.join(map(str, names))}" if names else ""
            raise InvalidArgument(
                f"Tilt({self.column!r}): x {of}{named}; give the position of a column, or a function of x "
                "that returns (n,) numbers"
            )
        return x[:, self.column]
