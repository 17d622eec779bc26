from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import InvalidData
from pytest_robust.transforms import SwappedColumns


def test_two_columns_of_a_row_exchange_their_values(people, change) -> None:
    after = change(SwappedColumns(rate=0.3, columns=("income", "height")), people)
    swapped = after["income"] != people["income"]
    assert swapped.mean() == pytest.approx(0.3, abs=0.03)
    assert after["income"][swapped].tolist() == people["height"][swapped].tolist()
    assert after["height"][swapped].tolist() == people["income"][swapped].tolist()


def test_only_columns_of_one_type_are_exchanged_each_pair_as_often(people, change) -> None:
    after = change(SwappedColumns(rate=1), people)
    assert after["age"].tolist() == people["age"].tolist()
    assert after["member"].tolist() == people["member"].tolist()
    numbers, words = (after[name] != people[name] for name in ("income", "city"))
    assert not (numbers & words).any()
    # No word stands in both columns, so that each exchange shows.
    assert (numbers | words).all()
    assert numbers.mean() == pytest.approx(0.5, abs=0.03)


def test_a_longer_word_is_not_cut(people, change) -> None:
    after = change(SwappedColumns(rate=1, columns=("city", "born")), people)
    assert set(after["city"].tolist()) == {"Paris", "Cairo"}


def test_a_row_of_a_matrix_keeps_its_values_in_another_order(change) -> None:
    x = np.random.default_rng(0).normal(size=(50, 6))
    after = change(SwappedColumns(rate=1), x)
    assert ((after != x).sum(axis=1) == 2).all()
    assert (np.sort(after, axis=1) == np.sort(x, axis=1)).all()


def test_columns_of_no_common_type_are_refused(people, change) -> None:
    with pytest.raises(InvalidData, match="no two of 'age', 'city' are; give columns= of one type"):
        change(SwappedColumns(rate=1, columns=("age", "city")), people)
