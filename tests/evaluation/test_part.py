from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import Constrained, Dataset, InvalidArgument, InvalidData, WorstOf
from pytest_robust.evaluation.part import part_of
from pytest_robust.transforms import ColumnNoise, GaussianNoise, MissingValues, UnseenCategory

TABLE = {"age": np.array([30, 40]), "city": np.array(["Rome", "Oslo"])}
BESIDE = {"image": np.zeros((2, 8, 8), np.float32), "meta": np.zeros((2, 3), np.float32), "word": np.array(["a", "b"])}


@pytest.mark.parametrize(
    "change",
    [
        UnseenCategory(rate=1),
        ColumnNoise(sigma=1) | UnseenCategory(rate=1),
        WorstOf(ColumnNoise(sigma=1), UnseenCategory(rate=1)),
        Constrained(change=ColumnNoise(sigma=1), constraints=(lambda table: table["age"] > 0,)),
    ],
    ids=["one", "chain", "worst", "constrained"],
)
def test_columns_in_a_dict_are_changed_as_one_table(change) -> None:
    data = Dataset(x=TABLE, y=None)
    part = part_of(data, change)
    rows = part.of(data.x)
    assert rows.dtype.names == ("age", "city")
    again = part.into(data.x, rows)
    assert {name: values.tolist() for name, values in again.items()} == {"age": [30, 40], "city": ["Rome", "Oslo"]}


def test_a_matrix_among_other_inputs_is_changed_by_name() -> None:
    data = Dataset(x=BESIDE, y=None)
    part = part_of(data, ColumnNoise(sigma=1, on="meta"))
    changed = part.into(data.x, part.of(data.x) + 1)
    assert (changed["meta"] == 1).all()
    assert changed["image"] is data.x["image"]


def test_a_transform_of_one_input_is_still_given_one() -> None:
    data = Dataset(x={"a": np.zeros(2), "b": np.zeros(2)}, y=None)
    assert part_of(data, GaussianNoise(sigma=0.1, on="b")).name == "b"


def test_a_column_is_not_named_as_an_input() -> None:
    with pytest.raises(InvalidArgument, match=r"on='age' names an input, .*; write columns=\('age',\)"):
        part_of(Dataset(x=TABLE, y=None), ColumnNoise(sigma=1, on="age"))


@pytest.mark.parametrize(
    ("x", "on"),
    [(BESIDE, "image"), (np.array(["a", "b"]), None), (BESIDE["image"], None)],
    ids=["named", "texts", "images"],
)
def test_inputs_that_are_no_table_are_refused_before_any_is_changed(x, on) -> None:
    with pytest.raises(InvalidData, match=r"MissingValues\(.*has columns, and the inputs are"):
        part_of(Dataset(x=x, y=None), GaussianNoise(sigma=0) | MissingValues(rate=0.1, on=on))
