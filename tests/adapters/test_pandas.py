from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from pytest_robust.adapters import adapt, dataset, raw_data
from pytest_robust.core.errors import InvalidData
from pytest_robust.core.model import Differentiable
from pytest_robust.core.table import missing
from pytest_robust.testing import check_adapter

RANDOM = np.random.default_rng(0)
NUMERIC = pd.DataFrame({"age": RANDOM.random(30), "height": RANDOM.random(30)}, index=np.arange(100, 130))
MIXED = NUMERIC.assign(city=["rome", "oslo", "lima"] * 10, member=[True, False] * 15, children=np.arange(30) % 4)
Y = pd.Series(np.where(NUMERIC.age > 0.5, "old", "young"), index=NUMERIC.index)


def test_a_frame_of_numbers_is_a_matrix() -> None:
    raw = raw_data(NUMERIC, Y)
    assert (raw.x == NUMERIC.to_numpy()).all()
    assert [column.name for column in raw.columns] == ["age", "height"]
    assert raw.y.tolist() == Y.tolist()
    assert raw_data(NUMERIC, Y.to_frame()).y.tolist() == Y.tolist()


def test_a_frame_of_several_types_is_an_array_a_column() -> None:
    data = dataset(raw_data(MIXED, Y))
    assert [entry.dtype.kind for entry in data.x.values()] == ["f", "f", "U", "b", "i"]
    assert data.x["city"][:2].tolist() == ["rome", "oslo"]
    assert len(data) == 30


def test_a_column_alone_is_an_array() -> None:
    assert raw_data(NUMERIC["age"]).x.tolist() == NUMERIC["age"].tolist()
    assert dataset(raw_data(MIXED["city"])).x[:2].tolist() == ["rome", "oslo"]


def test_categories_are_their_values() -> None:
    raw = raw_data(NUMERIC.assign(size=pd.Categorical([3, 1, 2] * 10), kind=pd.Categorical(["a", "b"] * 15)))
    assert raw.x["size"][:3].tolist() == [3, 1, 2]
    assert raw.x["kind"][:2].tolist() == ["a", "b"]


@pytest.mark.parametrize("gap", [None, np.nan])
@pytest.mark.parametrize("column", ["age", "city", "children"])
def test_a_missing_value_of_a_frame_is_kept_for_the_model(gap: object, column: str) -> None:
    frame = MIXED.copy()
    frame.loc[107, column] = gap
    data = dataset(raw_data(frame, Y))
    gaps = {name: np.flatnonzero(missing(values)).tolist() for name, values in data.x.items()}
    assert gaps == {name: [7] if name == column else [] for name in frame.columns}
    numbers = NUMERIC.copy()
    numbers.loc[107, "age"] = gap
    assert np.isnan(dataset(raw_data(numbers, Y)).x).sum() == 1


def test_a_missing_value_of_a_series_or_among_the_labels_is_refused_by_row() -> None:
    series = NUMERIC["age"].copy()
    series.loc[107] = np.nan
    with pytest.raises(InvalidData, match="row 7 of the series 'age' has no value: drop the row, or fill it"):
        raw_data(series)
    with pytest.raises(InvalidData, match=r"y\[7\] holds nan|row 7"):
        dataset(raw_data(NUMERIC, series))


def test_an_infinite_value_of_a_frame_is_refused_by_row() -> None:
    frame = NUMERIC.copy()
    frame.loc[107, "age"] = np.inf
    with pytest.raises(InvalidData, match=r"x\[7\] holds inf"):
        dataset(raw_data(frame, Y))


def test_pandas_own_nullable_types_are_numbers() -> None:
    whole = pd.array([1, 2, None], dtype="Int64")
    raw = raw_data(pd.DataFrame({"few": whole, "all": pd.array([1, 2, 3], dtype="Int64"), "word": ["a", "b", "c"]}))
    assert [entry.dtype.kind for entry in raw.x.values()] == ["f", "i", "U"]
    assert raw.x["few"][:2].tolist() == [1, 2]


def test_two_columns_of_one_name_are_refused() -> None:
    frame = pd.DataFrame([[1, 2]], columns=["age", "age"])
    with pytest.raises(InvalidData, match="two columns of the frame are called 'age': rename one"):
        raw_data(frame)


def test_a_linear_model_of_a_frame_is_asked_with_its_columns_and_has_a_gradient() -> None:
    native = LogisticRegression().fit(NUMERIC, Y)
    raw = raw_data(NUMERIC, Y)
    model = adapt(native, allow_pickle=False, columns=raw.columns)
    assert isinstance(model, Differentiable)
    assert (model.classes[model.logits(raw.x).argmax(axis=1)] == native.predict(NUMERIC)).all()
    check_adapter(model, raw.x.astype(np.float32))


def test_a_pipeline_chooses_columns_of_several_types_by_name() -> None:
    native = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["city", "member"]), remainder="passthrough"),
        LogisticRegression(max_iter=1000),
    ).fit(MIXED, Y)
    raw = raw_data(MIXED, Y)
    model = adapt(native, allow_pickle=False, columns=raw.columns)
    assert np.exp(model.logits(raw.x)) == pytest.approx(native.predict_proba(MIXED), abs=1e-5)


def test_columns_without_names_are_not_given_any() -> None:
    frame = pd.DataFrame(NUMERIC.to_numpy())
    native = LogisticRegression().fit(frame, Y)
    raw = raw_data(frame, Y)
    # scikit-learn warns where a model fitted without names is given some.
    assert len(adapt(native, allow_pickle=False, columns=raw.columns).predict(raw.x)) == 30


def test_a_table_of_several_types_cannot_be_attacked_as_one_matrix() -> None:
    raw = raw_data(NUMERIC.assign(city="rome"))
    model = adapt(LogisticRegression().fit(NUMERIC, Y), allow_pickle=False, columns=raw.columns)
    from pytest_robust.core.losses import LogOdds

    with pytest.raises(InvalidData, match="of several types: it cannot be attacked as one matrix"):
        model.loss_gradient(raw.x, np.zeros(30, dtype=int), LogOdds())
