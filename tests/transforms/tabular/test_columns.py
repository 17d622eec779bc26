from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import InvalidArgument, InvalidData
from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import UNBOUNDED, Bounds
from pytest_robust.core.streams import Streams
from pytest_robust.transforms import ColumnNoise, UnseenCategory


@pytest.mark.parametrize("names", [(), ("a", "a"), ["a"], "a", (1.5,), (True,)])
def test_columns_that_are_no_names_are_refused(names) -> None:
    with pytest.raises(InvalidArgument, match="columns=.*must be a tuple of different names.*leave it out for all"):
        ColumnNoise(sigma=0.1, columns=names)


@pytest.mark.parametrize("names", [("a", "a"), ["a"], "a", None])
def test_protected_columns_that_are_no_names_are_refused(names) -> None:
    with pytest.raises(InvalidArgument, match="protect=.*must be a tuple of different names.*leave it out for none"):
        ColumnNoise(sigma=0.1, protect=names)


@pytest.mark.parametrize("word", ["columns", "protect"])
def test_an_unknown_column_is_named_with_the_nearest_there_is(people, change, word) -> None:
    transform = ColumnNoise(sigma=0.1, **{word: ("incme",)})
    with pytest.raises(InvalidData, match="'incme', which is none of 'age', .*; did you mean 'income'"):
        change(transform, people)


def test_a_position_beyond_the_last_is_named(change) -> None:
    with pytest.raises(InvalidData, match="names the column 40, which is none of 0, 1, .* 11, ...$"):
        change(ColumnNoise(sigma=0.1, columns=(40,)), np.zeros((3, 20)))


def test_a_column_of_another_kind_is_refused_by_name(people, change) -> None:
    with pytest.raises(InvalidData, match="changes columns of numbers, and 'city' is of <U4; leave it out"):
        change(ColumnNoise(sigma=0.1, columns=("city",)), people)


def test_a_table_that_is_all_protected_is_refused(change) -> None:
    with pytest.raises(InvalidData, match="finds none among 0, 1; give a table with some, or protect= fewer"):
        change(ColumnNoise(sigma=0.1, protect=(0, 1)), np.zeros((3, 2)))


@pytest.mark.parametrize(
    "x", [np.zeros((2, 8, 8), np.float32), np.array(["a text", "another"])], ids=["images", "texts"]
)
def test_images_and_texts_are_refused_with_what_to_give(x) -> None:
    batch = Batch(x=x, y=None, bounds=Bounds(0, 1))
    with pytest.raises(InvalidData, match="UnseenCategory.*has columns, and the inputs are .*a data frame"):
        UnseenCategory(rate=0.1).apply(batch, Streams.of(0, index=np.arange(2)))


def test_a_batch_that_tells_of_no_whole_table_is_refused() -> None:
    batch = Batch(x=np.zeros((2, 2)), y=None, bounds=UNBOUNDED)
    with pytest.raises(InvalidData, match=r"give Batch\(whole=Table.of\(x\)\)"):
        ColumnNoise(sigma=0.1).apply(batch, Streams.of(0, index=np.arange(2)))
