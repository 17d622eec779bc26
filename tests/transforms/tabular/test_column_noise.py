from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import Between, InvalidArgument
from pytest_robust.transforms import ColumnNoise


def test_each_column_gets_noise_in_its_own_spread(people, change) -> None:
    after = change(ColumnNoise(sigma=0.5), people)
    for name in ("income", "height"):
        noise = (after[name] - people[name]) / people[name].std()
        assert noise.std() == pytest.approx(0.5, rel=0.05)
        assert abs(noise.mean()) < 0.03


def test_columns_are_noisy_each_by_itself(people, change) -> None:
    after = change(ColumnNoise(sigma=0.5), people)
    noise = [after[name] - people[name] for name in ("income", "height")]
    assert abs(np.corrcoef(noise)[0, 1]) < 0.05


def test_whole_numbers_stay_whole_and_words_and_booleans_as_they_are(people, change) -> None:
    after = change(ColumnNoise(sigma=0.5), people)
    assert after["age"].dtype == people["age"].dtype
    assert (after["age"] != people["age"]).mean() > 0.9
    for name in ("city", "born", "member"):
        assert after[name].tolist() == people[name].tolist()
        assert after[name].dtype == people[name].dtype


def test_whole_numbers_stay_within_their_type(change) -> None:
    small = np.tile(np.array([[0, 127]], dtype=np.int8), (200, 1)) - np.arange(200, dtype=np.int8)[:, None] % 2
    after = change(ColumnNoise(sigma=30), small)
    assert after.dtype == np.int8
    assert after.max() == 127
    counts = np.array([[0], [2**63]], dtype=np.uint64)
    assert change(ColumnNoise(sigma=9), counts).dtype == np.uint64


def test_a_column_that_does_not_vary_stays(change) -> None:
    x = np.stack([np.full(9, 3.0), np.arange(9.0)], axis=1)
    after = change(ColumnNoise(sigma=1), x)
    assert (after[:, 0] == 3).all()
    assert (after[:, 1] != x[:, 1]).all()


def test_what_is_missing_stays_missing_and_spoils_no_spread(change) -> None:
    x = np.array([[0.0], [2.0], [np.nan], [2.0]])
    after = change(ColumnNoise(sigma=1), x)
    assert np.isnan(after[:, 0]).tolist() == [False, False, True, False]


def test_a_column_gets_the_same_noise_whatever_else_changes(people, change) -> None:
    alone = change(ColumnNoise(sigma=0.5, columns=("height",)), people)
    assert alone["height"].tolist() == change(ColumnNoise(sigma=0.5), people)["height"].tolist()
    assert alone["income"].tolist() == people["income"].tolist()


def test_a_range_draws_a_size_for_each_row(people, change) -> None:
    noise = (change(ColumnNoise(sigma=Between(0, 1)), people)["height"] - people["height"]) / people["height"].std()
    # The variance of u * z with u uniform in [0, 1] is a third.
    assert noise.var() == pytest.approx(1 / 3, rel=0.1)


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="sigma=-1 must be at least 0"):
        ColumnNoise(sigma=-1)
