from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.core.errors import InvalidData
from pytest_robust.core.table import Column, Table, missing, packed, unpacked

X = {
    "age": np.array([30, 40, 50]),
    "income": np.array([1.0, np.nan, 4.0]),
    "city": np.array(["Rome", "Oslo", "Rome"]),
}


def test_columns_go_into_one_array_and_come_out_as_they_were() -> None:
    rows = packed(X)
    assert rows.shape == (3,)
    for name, values in unpacked(rows).items():
        assert values.dtype == X[name].dtype
        assert values.tobytes() == X[name].tobytes()


def test_facts_leave_out_what_is_missing() -> None:
    table = Table.of(X)
    assert table.range("income") == (1.0, 4.0)
    assert table.spread("income") == 1.5
    assert table.categories("city") == ("Oslo", "Rome")


def test_facts_are_of_all_rows_whichever_are_read() -> None:
    table = Table.of(X)
    assert table.read(table.x[:1])["age"].tolist() == [30]
    assert table.spread("age") == pytest.approx(np.std([30, 40, 50]))


def test_a_column_without_any_value_has_no_spread() -> None:
    assert Table.of(np.full((3, 1), np.nan)).spread(0) == 0


def test_a_fact_is_found_once(monkeypatch) -> None:
    table = Table.of(X)
    before = table.spread("age")
    monkeypatch.setattr(np, "std", None)
    monkeypatch.setattr(Table, "_numbers", None)
    assert table.spread("age") == before


def test_whole_numbers_of_a_matrix_of_floats_are_read_as_such_where_they_are() -> None:
    columns = (Column(name="age", dtype=np.dtype(int)), Column(name="income", dtype=np.dtype(float)))
    table = Table.of(np.array([[30, 0.5], [40, 1.5]]), columns)
    assert [values.dtype.kind for values in table.read(table.x).values()] == ["i", "f"]
    assert table.read(np.array([[np.nan, 1.0]]))["age"].dtype.kind == "f"
    assert table.read(np.array([[1e300, 1.0]]))["age"].tolist() == [1e300]


def test_writing_keeps_the_form_and_widens_it_where_it_must() -> None:
    whole = np.array([[1, 2], [3, 4]])
    table = Table.of(whole)
    assert table.write(whole, {0: np.array([5, 6])}).dtype == whole.dtype
    widened = table.write(whole, {0: np.array([0.5, np.nan])})
    assert widened.dtype == np.float64
    assert whole.tolist() == [[1, 2], [3, 4]]
    rows = Table.of(X).write(packed(X), {"city": np.array(["Amsterdam"] * 3)})
    assert rows["city"].tolist() == ["Amsterdam"] * 3


@pytest.mark.parametrize("x", [np.zeros((2, 3, 3)), np.zeros(3), np.array([["a", "b"]])])
def test_what_has_no_columns_is_no_table(x) -> None:
    with pytest.raises(InvalidData, match="has columns, and the inputs are"):
        Table.of(x)


def test_missing_is_nan_or_none_and_nothing_else() -> None:
    assert missing(np.array(["", None, np.nan, 0, "nan"], dtype=object)).tolist() == [False, True, True, False, False]
    assert missing(np.array([0.0, np.nan, np.inf])).tolist() == [False, True, False]
    assert not missing(np.array([1, 2])).any()


def test_codes_that_are_said_to_be_categories_are_no_quantities() -> None:
    code = Column(name="zip", dtype=np.dtype(int), categories=(1, 2))
    assert (code.numeric, code.categorical) == (False, True)
    flag = Column(name="member", dtype=np.dtype(bool))
    assert (flag.numeric, flag.categorical) == (False, False)
