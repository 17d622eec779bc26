"""The share of examples on which two models give the same answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pytest_robust.core.arrays import Floats, Inputs, Integers
from pytest_robust.core.criteria import Correct, Criterion
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.metric import ExampleMetric, Flattery, Request
from pytest_robust.core.model import name_of
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Clean, Perturbation
from pytest_robust.core.tested import Tested

__all__ = ["Agreement"]


@dataclass(frozen=True)
class Agreement(ExampleMetric):
    """The share of examples on which another model gives the same answer, right or wrong. Needs no labels.

    With a perturbation both answer to the same changed input, and an example counts where they agree
    before *and* after. An attack is against the model under test, from its own answer; one made to part
    the two may find more, so that under an attack it is an upper bound.

    Args:
        other: The model to compare with, such as the one that this one was compressed from: of any
            framework, or a subject, `robust(other, x, y)`, of the same inputs.
        under: The perturbation.
        criterion: What counts as the same, where the other's answer stands for the label: the same class;
            of values `WithinTolerance(0.1)`, of a detector `BoxesKept(iou=0.5)`.

    Raises:
        InvalidArgument: There is no other model.

    Examples:
        >>> from pytest_robust.testing import LinearModel
        >>> Agreement(LinearModel(np.eye(2), np.zeros(2))).title
        'agreement with LinearModel'

    References:
        Hooker et al., "Characterising Bias in Compressed Models", 2020, arXiv:2010.03058: the examples on which a
        compressed model answers otherwise, at the same accuracy.
        Hao et al., "A Tale of Two Models: Constructing Evasive Attacks on Edge Models", MLSys 2022,
        arXiv:2204.10933: attacks that part the two.
    """

    other: Any = field(repr=False, compare=False)
    under: Perturbation = field(default_factory=Clean, kw_only=True)
    criterion: Criterion = field(default_factory=Correct, kw_only=True)

    def __post_init__(self) -> None:
        """Validate."""
        if self.other is None:
            raise InvalidArgument("other=None: name the model to compare with, such as the one before compression")

    @property
    def title(self) -> str:
        """What it is, with the other model."""
        return f"agreement with {name_of(self.other)}"

    @property
    def flattery(self) -> Flattery:
        """A weak attack changes no answer, and so parts nobody."""
        return Flattery.UP

    def about(self, data: Dataset, order: Integers) -> Agreement:  # noqa: ARG002 - of all examples
        """Return itself, for examples that the other subject has too.

        Raises:
            InvalidData: The other subject is measured on other inputs.
        """
        if isinstance(self.other, Tested) and not _same(self.other.data.x, data.x):
            raise InvalidData(
                f"{name_of(self.other)} is measured on other inputs: two models agree on the same ones; "
                "give the model itself, or robust(model, x, y) with the x of this subject"
            )
        return self

    def requests(self) -> tuple[Request, ...]:
        """Return the one evaluation it needs."""
        other = self.other.model if isinstance(self.other, Tested) else self.other
        return (Request(under=self.under, criterion=self.criterion, beside=other),)

    def scores(self, outcomes: Outcomes) -> Floats:
        """Return (n,) the score after, 0 where they differed before."""
        return np.where(outcomes.clean > 0, outcomes.perturbed, 0.0)


def _same(one: Inputs, other: Inputs) -> bool:
    if isinstance(one, Mapping) or isinstance(other, Mapping):
        alike = isinstance(one, Mapping) and isinstance(other, Mapping) and set(one) == set(other)
        return alike and all(_same(one[name], other[name]) for name in one)
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    # Views of one array, as `robust(other)` has them, need not be read.
    if one.__array_interface__ == other.__array_interface__:
        return True
    # Gaps in a table equal nothing.
    return bool(((one == other) | ((one != one) & (other != other))).all())  # noqa: PLR0124
