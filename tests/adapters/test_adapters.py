from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytest_robust.adapters import CATALOG, adapt, dataset, raw_data
from pytest_robust.core.adapter import RawData
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument, InvalidData, InvalidModel
from pytest_robust.testing import LinearModel

X, Y = np.arange(12, dtype=np.float32).reshape(4, 3), np.array([0, 1, 2, 0])


def test_every_file_of_the_room_is_an_adapter() -> None:
    assert {"ai_edge_litert", "function", "keras", "pandas", "sklearn", "tensorflow"} <= set(CATALOG.names())
    assert len(list(CATALOG)) == len(CATALOG.names())


def test_a_model_is_its_own_adaptation() -> None:
    model = LinearModel(np.eye(3), np.zeros(3))
    assert adapt(model, allow_pickle=False) is model


@pytest.mark.parametrize("native", [3, None, [1], {"a": 1}], ids=repr)
def test_what_is_no_model_is_refused_with_what_would_be(native: Any) -> None:
    with pytest.raises(
        InvalidModel,
        match="is not a model: give a model of ai_edge_litert, keras, .*sklearn, tensorflow, a path, or a func",
    ):
        adapt(native, allow_pickle=False)


@pytest.mark.parametrize("name", ["sklearn.linear_model.LogisticRegression", "builtins.dict"])
def test_a_class_is_refused_with_the_remedy(name: str) -> None:
    module, _, word = name.rpartition(".")
    native = getattr(__import__(module, fromlist=[word]), word)
    with pytest.raises(InvalidModel, match=f"{word} is a class: give an instance, a fitted model"):
        adapt(native, allow_pickle=False)


def test_a_missing_file_is_told_with_where_it_was_looked_for(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.keras", "nowhere.keras"):
        with pytest.raises(FileNotFoundError, match=r"nowhere\.keras: no such model file \(looked in"):
            adapt(path, allow_pickle=True)


@pytest.mark.parametrize("name", ["model.bin", "folder"])
def test_a_file_that_nobody_reads_is_refused_with_those_that_are(tmp_path: Path, name: str) -> None:
    (tmp_path / "model.bin").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidModel, match=r"can be loaded \(.*\*\.joblib, .*\*\.keras, .*saved_model\.pb"):
        adapt(tmp_path / name, allow_pickle=False)


@pytest.mark.parametrize(
    ("x", "y"),
    [(X, Y), (X.tolist(), Y.tolist()), (X, np.eye(3)[Y]), (X, Y[:, None]), ((X, Y), None), (Dataset(x=X, y=Y), None)],
    ids=["arrays", "lists", "one-hot", "column", "pair", "dataset"],
)
def test_arrays_in_any_form_are_the_same_data(x: Any, y: Any) -> None:
    raw = raw_data(x, y)
    assert np.asarray(raw.x).tolist() == X.tolist()
    assert np.asarray(raw.y).tolist() == Y.tolist()


def test_a_dict_has_several_inputs_and_strings_are_inputs() -> None:
    raw = raw_data({"image": X, "text": ["a", "b", "c", "d"]}, Y)
    assert raw.x["text"].tolist() == ["a", "b", "c", "d"]
    assert raw_data(["a film", "b"]).x.tolist() == ["a film", "b"]
    assert raw_data(np.array(["a", "b"], dtype=object)).y is None


def test_a_memory_map_is_not_read(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    assert isinstance(dataset(raw_data(np.load(tmp_path / "x.npy", mmap_mode="r"))).x, np.memmap)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([[1, 2], [3]], "x is no array: .*every example needs the same shape"),
        ([object(), object()], r"x holds Python objects \(object\)"),
        (None, r"x holds Python objects \(NoneType\)"),
        ({"a": X, "b": [{}, {}]}, r"x\['b'\] holds Python objects \(dict\)"),
    ],
)
def test_what_is_no_array_is_refused(x: Any, message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        raw_data(x)


def test_bounds_may_be_pairs() -> None:
    raw = RawData(x=X, y=None)
    assert dataset(raw).bounds is None
    for pair in ((0, 20), [0, 20], np.array([0, 20]), Bounds(0, 20)):
        assert dataset(raw, pair).bounds == Bounds(0, 20)
    two = RawData(x={"a": X, "b": X}, y=None)
    assert dataset(two, {"a": (0, 20)}).bounds_of("a") == Bounds(0, 20)


@pytest.mark.parametrize("bounds", [255, (0, 1, 2), "ab", (0, None)])
def test_bounds_that_are_none_are_refused(bounds: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"give \(lowest, highest\)"):
        dataset(RawData(x=X, y=None), bounds)
