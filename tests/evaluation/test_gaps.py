"""What a model says of missing values is told with the column and what made them."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.attacks import FGSM
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import NeedsValues
from pytest_robust.core.perturbation import Clean
from pytest_robust.core.table import Column, packed
from pytest_robust.evaluation.gaps import gaps_refused

ERROR = ValueError("Input X contains NaN.\nSee the page of the estimator")
GAP = np.array([[1.0, 2.0], [3.0, np.nan]])
COLUMNS = tuple(Column(name=name, dtype=np.dtype(float)) for name in ("age", "size"))


@pytest.mark.parametrize(
    ("x", "columns", "name"),
    [
        (GAP, COLUMNS, "'size'"),
        (GAP, (), "1"),
        (packed({"age": GAP[:, 0], "size": GAP[:, 1]}), (), "'size'"),
        ({"age": GAP[:, 0], "size": GAP[:, 1]}, (), "'size'"),
    ],
    ids=["columns", "matrix", "structured", "dict"],
)
def test_the_column_with_the_gap_is_named_whatever_the_form(x, columns, name) -> None:
    data = Dataset(x=np.zeros((2, 2)), y=None, columns=columns)
    found = gaps_refused(ERROR, Clean(), x, data)
    assert isinstance(found, NeedsValues)
    assert f"the data miss values of the column {name}, and the model takes none" in str(found)
    # Of what the model said, the first line is enough.
    assert "(Input X contains NaN.); fill them in a pipeline before the model" in str(found)


def test_a_change_that_made_the_gap_is_named_and_can_be_told_not_to() -> None:
    change = FGSM(eps=0.1)
    found = gaps_refused(ERROR, change, GAP, Dataset(x=np.zeros((2, 2)), y=None))
    assert str(found).startswith(f"{change!r} left values of the column 1 missing")
    assert "SimpleImputer" in str(found)
    assert str(found).endswith("or give fill=, or protect= the column")


def test_without_a_gap_the_error_stays_what_it_was() -> None:
    assert gaps_refused(ERROR, Clean(), np.zeros((2, 2)), Dataset(x=np.zeros((2, 2)), y=None)) is ERROR
