from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import InvalidArgument, InvalidData
from pytest_robust.core.table import Column, Table
from pytest_robust.transforms import UnseenCategory


def test_a_share_of_the_words_is_one_that_the_column_never_held(people, change) -> None:
    after = change(UnseenCategory(rate=0.3), people)
    for name in ("city", "born"):
        new = after[name] == "unseen"
        assert new.mean() == pytest.approx(0.3, abs=0.03)
        assert after[name][~new].tolist() == people[name][~new].tolist()
    for name in ("age", "income", "height", "member"):
        assert after[name].tolist() == people[name].tolist()


def test_a_category_that_is_known_is_refused(people, change) -> None:
    with pytest.raises(InvalidData, match="'Rome' is a category of the column 'city'"):
        change(UnseenCategory(rate=0.1, category="Rome"), people)


def test_a_category_that_a_frame_knows_but_no_row_holds_is_known(people, change) -> None:
    columns = (Column(name="city", dtype=people["city"].dtype, categories=("Rome", "Oslo", "Lima", "unseen")),)
    with pytest.raises(InvalidData, match="'unseen' is a category"):
        change(UnseenCategory(rate=0.1), {"city": people["city"]}, Table.of({"city": people["city"]}, columns))


def test_categories_that_are_numbers_get_the_next_number(change) -> None:
    x = {"kind": np.array([1, 2, 3, 3])}
    columns = (Column(name="kind", dtype=np.dtype(int), categories=(1, 2, 3, 7)),)
    after = change(UnseenCategory(rate=1), x, Table.of(x, columns))["kind"]
    assert after.tolist() == [8, 8, 8, 8]
    assert after.dtype == int


def test_missing_words_stay_missing(change) -> None:
    x = {"city": np.array(["Rome", np.nan, "Oslo"], dtype=object)}
    after = change(UnseenCategory(rate=0), x)["city"]
    assert after[0] == "Rome"
    assert after[1] != after[1]


def test_a_table_of_numbers_has_no_categories(change) -> None:
    with pytest.raises(InvalidData, match="changes columns of words or categories, and finds none among 0, 1"):
        change(UnseenCategory(rate=0.1), np.zeros((3, 2)))


def test_a_category_that_is_no_word_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="category=3 must be a word"):
        UnseenCategory(rate=0.1, category=3)
