from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pytest_robust.adapters import raw_data
from pytest_robust.adapters._frames import as_given

FRAME = pd.DataFrame(
    {
        "age": [30, 40, 50],
        "visits": pd.array([1, None, 3], dtype="Int64"),
        "income": [1.5, np.nan, 2.5],
        "size": pd.Categorical(["M", "L", "M"], categories=["S", "M", "L"], ordered=True),
        "kind": pd.Categorical([3, 1, 3]),
        "city": ["Rome", None, "Oslo"],
        "member": [True, False, True],
    }
)


@pytest.mark.parametrize("columns", [list(FRAME), ["age"], ["income"], ["age", "income"]], ids=len)
def test_a_model_gets_the_very_frame_it_was_given(columns) -> None:
    raw = raw_data(FRAME[columns])
    pd.testing.assert_frame_equal(as_given(raw.x, raw.columns), FRAME[columns])


def test_arrays_that_came_as_arrays_stay_so() -> None:
    x = np.zeros((3, 2))
    assert as_given(x, ()) is x


def test_a_column_of_whole_numbers_with_a_gap_is_what_pandas_makes_of_it() -> None:
    raw = raw_data(FRAME)
    x = {**raw.x, "age": np.array([30, np.nan, 50]), "visits": np.array([1, np.nan, np.nan])}
    frame = as_given(x, raw.columns)
    assert str(frame.age.dtype) == "float64"
    assert str(frame.visits.dtype) == "Int64"
    assert frame.isna().sum()[["age", "visits"]].tolist() == [1, 2]


def test_values_between_whole_numbers_are_not_cut() -> None:
    raw = raw_data(FRAME[["age", "income"]])
    frame = as_given(raw.x + 0.25, raw.columns)
    assert frame.age.tolist() == [30.25, 40.25, 50.25]


def test_an_unseen_category_is_the_columns_last() -> None:
    raw = raw_data(FRAME)
    frame = as_given({**raw.x, "size": np.array(["M", "unseen", "L"], dtype=object)}, raw.columns)
    assert frame["size"].tolist() == ["M", "unseen", "L"]
    assert frame["size"].cat.categories.tolist() == ["S", "M", "L", "unseen"]
    assert frame["size"].cat.ordered


def test_what_a_type_cannot_hold_stays_as_it_is() -> None:
    raw = raw_data(FRAME)
    frame = as_given({**raw.x, "visits": np.array([0.5, 1.5, 2.0])}, raw.columns)
    assert frame.visits.tolist() == [0.5, 1.5, 2.0]
