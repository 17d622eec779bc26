"""Weights of one's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.shift import Shift

__all__ = ["Weights"]


@dataclass(frozen=True)
class Weights(Shift):
    """Weights that were found in another way.

    Args:
        given: (n,) numbers, at least 0, one for each example of the test set in its order; or a
            function of the inputs x that returns them. A table whose columns are of several
            types is a dict of its columns. Only their ratios matter.
        title: What the mix is, in a few words, for reports.

    Raises:
        InvalidArgument: The numbers are no weights.

    Examples:
        >>> data = Dataset(x=np.array([[20.0], [60.0]]), y=[0, 1])
        >>> seniors = Weights(lambda x: np.where(x[:, 0] > 50, 3, 1), title="thrice as many seniors")
        >>> seniors.weights(data, np.arange(2)).tolist()
        [1.0, 3.0]

    References:
        Shimodaira, "Improving predictive inference under covariate shift by weighting the
        log-likelihood function", Journal of Statistical Planning and Inference 90(2), 2000.
    """

    given: Any = field(repr=False, compare=False)
    title: str = field(default="weights", kw_only=True)

    def __post_init__(self) -> None:
        """Validate; numbers become an array."""
        if not callable(self.given):
            object.__setattr__(self, "given", _checked(self.given, "Weights"))

    def weights(self, data: Dataset, rows: Integers) -> Floats:
        """Return the weights of these examples."""
        if callable(self.given):
            made = _checked(self.given(data.inputs(rows)), "the function in Weights")
            expected = len(rows)
        else:
            made, expected = self.given, len(data)
        if len(made) != expected:
            raise InvalidArgument(
                f"Weights: there are {len(made)} weights for {expected} examples: each example needs one"
            )
        chosen: Floats = made if callable(self.given) else made[rows]
        if not chosen.any():
            raise InvalidData(f"Weights: all {len(chosen)} weights are 0, so nothing is left to measure on")
        return chosen


def _checked(given: Any, who: str) -> Floats:  # noqa: ANN401 - what a user gives
    try:
        weights = np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidArgument(f"{who} gives {given!r}: give an array of numbers, one an example") from None
    if weights.ndim != 1:
        raise InvalidArgument(f"{who} gives shape {weights.shape}: give (n,) weights, one an example")
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong):
        raise InvalidArgument(
            f"{who} gives weight {weights[wrong[0]]:g} to example {wrong[0]}: a weight is a finite number, at least 0; "
            "give 0 to leave an example out"
        )
    weights.flags.writeable = False
    return weights
