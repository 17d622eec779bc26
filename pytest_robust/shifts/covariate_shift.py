"""Another mix of inputs, known by examples without labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.shift import Shift
from pytest_robust.shifts._matrix import matrix
from pytest_robust.statistics.density_ratio import FOLDS, density_ratio

__all__ = ["CovariateShift"]

_REMEDY = (
    "say how to make numbers of an input, features=function of x, such as a model's embedding of images or texts, "
    "or the columns of a table that matter"
)


@dataclass(frozen=True, kw_only=True)
class CovariateShift(Shift):
    """The inputs are as in another sample; an input's label is what it was.

    A logistic regression learns to tell the two samples apart, and how sure it is that an
    example belongs to the other one says how much more common its kind is there. So it sees
    shifts of the features' means, in any direction; for others, give features that show them.

    Args:
        towards: (m, columns) inputs from where the model will be used, at least 5; no labels.
        features: A function of the inputs that returns (n, features) numbers, for inputs that
            are no table of numbers; None for the inputs themselves.
        title: What the mix is, in a few words, for reports.

    Raises:
        InvalidArgument: `features` is no function.

    Examples:
        >>> import numpy as np
        >>> here, there = np.linspace(0, 1, 100)[:, None], np.linspace(0.5, 1, 50)[:, None]
        >>> weights = CovariateShift(towards=there).weights(Dataset(x=here, y=None), np.arange(100))
        >>> bool(weights[90] > 5 * weights[10])
        True

    References:
        Bickel, Brückner and Scheffer, "Discriminative Learning Under Covariate Shift", Journal
        of Machine Learning Research 10, 2009.
        Sugiyama, Suzuki and Kanamori, "Density Ratio Estimation in Machine Learning",
        Cambridge University Press, 2012, chapter 4.
    """

    towards: Any = field(repr=False, compare=False)
    features: Callable[[Any], Any] | None = None
    title: str = "other inputs"

    def __post_init__(self) -> None:
        """Validate."""
        if self.features is not None and not callable(self.features):
            raise InvalidArgument(
                f"features={self.features!r} must be a function of the inputs that returns (n, features) numbers"
            )

    def weights(self, data: Dataset, rows: Integers) -> Floats:
        """Return how much more common examples like these are in the other sample."""
        shown = self.features or (lambda x: x)
        here = matrix(shown(data.inputs(rows)), "x", remedy=_REMEDY)
        there = matrix(shown(self.towards), "towards", remedy=_REMEDY)
        if here.shape[1] != there.shape[1]:
            raise InvalidArgument(
                f"x has {here.shape[1]} columns and towards has {there.shape[1]}: give the same ones, in the same order"
            )
        for name, sample in (("x", here), ("towards", there)):
            if len(sample) < FOLDS:
                raise InvalidArgument(
                    f"{name} has {len(sample)} examples, and at least {FOLDS} are needed to tell the two apart"
                )
        return density_ratio(here, there)
