from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import Constrained, Dataset, InvalidArgument, InvalidData, WorstOf
from pytest_robust.core.perturbation import Clean
from pytest_robust.evaluation.part import part_of, shown_of
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


def test_where_nothing_changes_a_table_is_shown_by_rows_and_of_several_inputs_the_first() -> None:
    table = shown_of(Dataset(x=TABLE, y=None))
    assert table.of(TABLE)[1].tolist() == (40, "Oslo")
    several = shown_of(Dataset(x=BESIDE, y=None))
    assert several.name == "image"
    assert several.of(BESIDE) is BESIDE["image"]
    # One that has more than one axis is enough to make them no table.
    assert shown_of(Dataset(x={"word": BESIDE["word"], "meta": BESIDE["meta"]}, y=None)).name == "word"
    only = shown_of(Dataset(x=BESIDE["image"], y=None))
    assert only.name is None
    assert only.of(BESIDE["image"]) is BESIDE["image"]


def test_of_no_change_no_input_need_be_named() -> None:
    assert part_of(Dataset(x={"a": np.zeros(2), "b": np.zeros(2)}, y=None), Clean()).name is None


@pytest.mark.parametrize(
    "change",
    [GaussianNoise(sigma=0) | GaussianNoise(sigma=0.1, on="b"), WorstOf(GaussianNoise(sigma=0.1, on="b"))],
    ids=["chain", "worst"],
)
def test_one_part_of_a_composition_that_names_the_input_is_enough(change) -> None:
    part = part_of(Dataset(x={"a": np.zeros((2, 3)), "b": np.ones((2, 3))}, y=None), change)
    assert part.name == "b"
    changed = part.into({"a": np.zeros((2, 3)), "b": np.ones((2, 3))}, np.full((2, 3), 5.0))
    assert (changed["a"] == 0).all()
    assert (changed["b"] == 5).all()


def test_of_several_inputs_that_could_change_the_change_is_told_to_name_one() -> None:
    with pytest.raises(InvalidArgument, match=r"^GaussianNoise\(sigma=0.1\): the model has the inputs \['a', 'b'\]"):
        part_of(Dataset(x={"a": np.zeros(2), "b": np.zeros(2)}, y=None), GaussianNoise(sigma=0.1))
