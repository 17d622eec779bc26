from __future__ import annotations

from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytest_robust.core.bounds import UNBOUNDED, Bounds
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument, InvalidData

X = np.random.default_rng(0).random((6, 4, 4)).astype(np.float32)
Y = np.arange(6) % 3
TWO = {"image": X, "age": np.arange(6) / 10}


def data(x: Any = X, y: Any = Y, **rest: Any) -> Dataset:
    return Dataset(x=x, y=y, **rest)


def test_the_examples_cannot_be_written_to() -> None:
    for one in (data().x, data().y, data(TWO).x["age"], data().inputs(slice(0, 2))):
        with pytest.raises(ValueError, match="read-only"):
            one[0] = 0


def test_a_dataset_does_not_copy_and_leaves_the_users_array_writable() -> None:
    mine = X.copy()
    made = data(mine)
    mine[0, 0, 0] = 0.125
    assert made.x[0, 0, 0] == 0.125


def test_a_memory_map_stays_one(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    made = data(mapped)
    assert isinstance(made.x, np.memmap)
    assert np.shares_memory(made.x, mapped)
    assert made.fingerprint == data().fingerprint


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_a_value_that_is_not_finite_is_refused_by_row(value: float) -> None:
    bad = X.copy()
    bad[4, 1, 2] = value
    with pytest.raises(InvalidData, match=rf"x\[4\] holds {value}: .*drop or repair the row"):
        data(bad)
    with pytest.raises(InvalidData, match=rf"image\[4\] holds {value}"):
        data({**TWO, "image": bad})
    with pytest.raises(InvalidData, match=rf"y\[2\] holds {value}"):
        data(y=np.array([0, 1, value, 0, 1, 2]))


@pytest.mark.parametrize("missing", [None, nan])
def test_a_missing_label_or_text_is_refused_by_row(missing: object) -> None:
    words = np.array(["a", "b", missing], dtype=object)
    with pytest.raises(InvalidData, match=rf"y\[2\] is {missing}: a missing value .*drop or fill the row"):
        data(X[:3], words)
    with pytest.raises(InvalidData, match=rf"x\[2\] is {missing}"):
        data(words, None)


def test_a_value_that_is_not_finite_is_found_far_down() -> None:
    x = np.zeros((10_000, 2), dtype=np.float32)
    x[9001, 1] = nan
    with pytest.raises(InvalidData, match=r"x\[9001\] holds nan"):
        data(x, None)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((0, 3)), None, r"x has no examples: shape \(0, 3\)"),
        (np.float32(3), None, "x is a single value"),
        ({}, None, "has no inputs"),
        (X, Y[:5], "x has 6 examples and y has 5: each example needs one label"),
        (X, 3, "y=3 is a single value; each example needs one label"),
        ({"a": X, "b": X[:5]}, None, r"different lengths: \{'a': 6, 'b': 5\}"),
        ({"a": X, "b": np.float32(1)}, None, "b is a single value"),
        ({"a": X[:0]}, None, "a has no examples"),
    ],
)
def test_what_holds_no_examples_is_refused(x: Any, y: Any, message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        data(x, y)


def test_strings_and_whole_numbers_are_examples_too() -> None:
    assert len(data(np.array(["a film", "another"]), np.array(["good", "bad"]))) == 2
    assert len(data(np.arange(6), None)) == 6
    assert len(data(TWO)) == 6
    assert data(TWO).inputs(np.array([1, 3]))["age"].tolist() == [0.1, 0.3]


def test_the_only_input_needs_no_name() -> None:
    name, entry = data().entry(None, change="Rotate()")
    assert name is None
    assert (entry == X).all()
    with pytest.raises(InvalidArgument, match=r"Rotate\(\): on='image' names an input, and the model has only one"):
        data().entry("image", change="Rotate()")


def test_of_several_inputs_the_only_floating_one_needs_no_name() -> None:
    made = data({"image": X, "word": np.arange(6)})
    assert made.entry(None, change="Rotate()")[0] == "image"
    assert made.entry("word", change="Rotate()")[0] == "word"


@pytest.mark.parametrize("x", [TWO, {"a": np.arange(6), "b": np.arange(6)}], ids=["two floating", "none floating"])
def test_of_several_inputs_one_must_be_named(x: dict[str, Any]) -> None:
    first = min(x)
    with pytest.raises(InvalidArgument, match=rf"say which one changes, for instance on='{first}'"):
        data(x).entry(None, change="Rotate()")
    with pytest.raises(InvalidArgument, match=r"on='immage' is none of the inputs"):
        data(x).entry("immage", change="Rotate()")


def test_bounds_are_those_given_or_inferred_for_each_input() -> None:
    assert data().bounds_of(None) == Bounds(0, 1)
    assert data(bounds=UNBOUNDED).bounds_of(None) == UNBOUNDED
    several = data({**TWO, "wide": X * 1000}, bounds={"wide": Bounds(0, 2000)})
    assert several.bounds_of("wide") == Bounds(0, 2000)
    assert several.bounds_of("image") == Bounds(0, 1)
    assert several.bounds_of("image") is several.bounds_of("image")


def test_bounds_are_inferred_only_when_asked_for() -> None:
    made = data(X * 1000)
    with pytest.raises(InvalidData, match="does not tell their range"):
        made.bounds_of(None)
    with pytest.raises(InvalidData, match="have no range of values"):
        data(np.array(["a", "b"]), None).bounds_of(None)


@pytest.mark.parametrize("bounds", [(0, 1), 255, {"image": (0, 1)}])
def test_bounds_that_are_none_are_refused_rather_than_ignored(bounds: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"give Bounds\(lowest, highest\)"):
        data(TWO, bounds=bounds)


def test_bounds_of_an_input_that_is_not_there_are_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"bounds of 'immage', which is none of the inputs \['age', 'image'\]"):
        data(TWO, bounds={"immage": Bounds(0, 1)})


def test_the_fingerprint_changes_with_any_content() -> None:
    changed, moved = X.copy(), X.copy()
    changed[5, 3, 3] += 1e-6
    moved[[0, 1]] = moved[[1, 0]]
    others = [
        data(changed),
        data(moved),
        data(X[:5], Y[:5]),
        data(X.astype(np.float64)),
        data(X.reshape(6, 16)),
        data(y=None),
        data(y=Y[::-1]),
        data({"x": X, "z": X}),
        data({"image": X}),
        data(np.array(["a", "b"]), None),
        data(np.array(["a", "c"]), None),
        data(np.array(["a", "b"], dtype=object), None),
    ]
    prints = [one.fingerprint for one in (data(), *others)]
    assert len(set(prints)) == len(prints)
    assert all(len(text) == 16 and int(text, 16) >= 0 for text in prints)


def test_the_fingerprint_is_that_of_the_content_alone() -> None:
    assert data().fingerprint == data(X.copy(), Y.tolist()).fingerprint
    assert data().fingerprint == data(np.asfortranarray(X)).fingerprint
    assert data(TWO).fingerprint == data(dict(reversed(TWO.items()))).fingerprint
    # Other releases must read today's records.
    assert data(np.zeros((2, 3), dtype=np.float32), np.array([0, 1], dtype=np.int64)).fingerprint == "e8b3b9ee44c05d12"


@pytest.mark.parametrize("groups", [["b", "a", "b"], [7, 3, 7], np.array(["b", "a", "b"], dtype=object)])
def test_groups_become_numbers_that_cannot_be_written_to(groups: Any) -> None:
    data = Dataset(x=np.zeros((3, 2)), y=None, groups=groups)
    assert data.groups.tolist() == [1, 0, 1]
    assert not data.groups.flags.writeable


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([1, 2], r"x has 3 examples and groups has shape \(2,\): each example needs one group"),
        ([[1], [2], [3]], r"groups has shape \(3, 1\)"),
        ([1.0, nan, 2.0], r"groups\[1\] holds nan"),
        (np.array(["a", None, "b"], dtype=object), r"groups\[1\] is None"),
        (["a", "a", "a"], "groups holds only 'a': a single group tells nothing of others"),
        (np.array(["a", 1, "b"], dtype=object), "several types"),
    ],
)
def test_groups_that_are_none_are_refused(groups: Any, message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        Dataset(x=np.zeros((3, 2)), y=None, groups=groups)
