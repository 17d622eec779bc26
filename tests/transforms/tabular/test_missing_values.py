from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import InvalidArgument, InvalidData
from pytest_robust.core.table import missing
from pytest_robust.transforms import MissingValues


def test_the_rate_is_the_share_of_values_that_are_missing(people, change) -> None:
    after = change(MissingValues(rate=0.2), people)
    for name in ("age", "income", "height", "city", "born"):
        assert missing(after[name]).mean() == pytest.approx(0.2, abs=0.03)
        there = ~missing(after[name])
        assert after[name][there].tolist() == people[name][there].tolist()


def test_a_larger_rate_takes_the_same_values_and_more(people, change) -> None:
    few, many = (missing(change(MissingValues(rate=rate), people)["height"]) for rate in (0.1, 0.3))
    assert few.sum() < many.sum()
    assert not (few & ~many).any()


def test_whole_numbers_become_floats_and_words_objects_also_where_none_is_missing(people, change) -> None:
    after = change(MissingValues(rate=0), people)
    assert [after[name].dtype.kind for name in people] == ["f", "f", "f", "O", "O", "b"]
    assert change(MissingValues(rate=1), np.arange(6).reshape(3, 2)).dtype == np.float64


def test_a_matrix_of_single_precision_stays_one(change) -> None:
    after = change(MissingValues(rate=1, columns=(1,)), np.zeros((3, 2), dtype=np.float32))
    assert after.dtype == np.float32
    assert np.isnan(after).tolist() == [[False, True]] * 3


def test_booleans_have_no_missing_value_and_the_message_says_what_to_do(people, change) -> None:
    assert change(MissingValues(rate=1), people)["member"].tolist() == people["member"].tolist()
    with pytest.raises(InvalidData, match="booleans cannot without fill=, and 'member' is of bool"):
        change(MissingValues(rate=1, columns=("member",)), people)
    assert not change(MissingValues(rate=1, fill=False), people)["member"].any()


@pytest.mark.parametrize(("fill", "names"), [(-999, ("age", "income", "height")), ("?", ("city", "born"))])
def test_a_fill_goes_where_it_fits_and_keeps_the_type(people, change, fill, names) -> None:
    after = change(MissingValues(rate=1, fill=fill), people)
    for name, values in people.items():
        expected = [fill] * len(values) if name in names else values.tolist()
        assert after[name].tolist() == expected
    assert after["age"].dtype == people["age"].dtype


def test_a_fill_that_a_column_cannot_hold_is_refused(people, change) -> None:
    with pytest.raises(InvalidData, match="column 'age' of int64 cannot hold fill=0.5"):
        change(MissingValues(rate=0.1, fill=0.5), people)
    with pytest.raises(InvalidData, match="changes columns that can hold 'x', and 'age' is of int64"):
        change(MissingValues(rate=0.1, fill="x", columns=("age",)), people)


def test_a_column_without_a_place_for_the_fill_is_said(change) -> None:
    with pytest.raises(InvalidData, match="finds none among 0, 1"):
        change(MissingValues(rate=0.1, fill="x"), np.zeros((3, 2)))


@pytest.mark.parametrize("rate", [-0.1, 1.5, np.nan])
def test_a_rate_outside_zero_to_one_is_refused(rate) -> None:
    with pytest.raises(InvalidArgument, match="rate="):
        MissingValues(rate=rate)


@pytest.mark.parametrize("fill", [np.nan, (1,)])
def test_a_fill_that_is_no_value_is_refused(fill) -> None:
    with pytest.raises(InvalidArgument, match="fill=.*must be a number or a word"):
        MissingValues(rate=0.1, fill=fill)
