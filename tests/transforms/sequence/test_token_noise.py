"""Noisy tokens against counts and scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from pytest_robust import UNBOUNDED, Between, Bounds, Exactly, InvalidArgument, InvalidData, Subject
from pytest_robust.transforms import TokenNoise


def test_the_share_is_that_of_the_tokens_replaced(ids: Any, tell: Any) -> None:
    noisy = tell(TokenNoise(share=0.3, vocabulary=100), ids)
    tokens = ids != 0
    # Five standard errors; each replaced token is another, so that counting differences is exact.
    assert (noisy != ids)[tokens].mean() == pytest.approx(0.3, abs=5 * np.sqrt(0.21 / tokens.sum()))
    assert (noisy[~tokens] == 0).all()


@pytest.mark.parametrize("token", [1, 7, 11])
def test_each_other_id_is_drawn_as_often(token: int, tell: Any) -> None:
    x = np.full((500, 40), token, np.float32)
    noisy = tell(TokenNoise(share=1, vocabulary=12, protect=(3, 5)), x).astype(int)
    allowed = sorted(set(range(1, 12)) - {token, 3, 5})
    counts = np.bincount(noisy.ravel(), minlength=12)
    assert counts.sum() == counts[allowed].sum()
    assert stats.chisquare(counts[allowed]).pvalue > 1e-3


def test_padding_and_protected_tokens_are_neither_replaced_nor_drawn(ids: Any, tell: Any) -> None:
    noisy = tell(TokenNoise(share=1, vocabulary=100, protect=(5, 6, 7)), ids)
    special = np.isin(ids, [0, 5, 6, 7])
    assert np.array_equal(noisy[special], ids[special])
    assert not np.isin(noisy[~special], [0, 5, 6, 7]).any()
    assert (noisy != ids)[~special].all()


def test_a_larger_share_replaces_the_same_tokens_by_the_same_and_more(ids: Any, tell: Any) -> None:
    few, many = (tell(TokenNoise(share=share), ids) for share in (0.2, 0.6))
    touched = few != ids
    assert np.array_equal(few[touched], many[touched])
    assert 0 < touched.sum() < (many != ids).sum()


def test_without_a_vocabulary_the_bounds_say_which_ids_there_are(ids: Any, tell: Any) -> None:
    assert np.array_equal(
        tell(TokenNoise(share=0.5), ids),
        tell(TokenNoise(share=0.5, vocabulary=100), ids),
    )


def test_only_two_ids_swap(change: Any) -> None:
    x = np.array([[1, 2, 1, 2]] * 10, np.float32)
    assert np.array_equal(change(TokenNoise(share=1), x, bounds=Bounds(0, 2)), 3 - x)


def test_a_large_vocabulary_is_drawn_from_end_to_end(change: Any) -> None:
    x = np.full((500, 40), 5, np.float32)
    noisy = change(TokenNoise(share=1, vocabulary=50_000), x, bounds=Bounds(0, 49_999))
    # The expected distance of the extremes of 20,000 draws from the ends is 2.5.
    assert 1 <= noisy.min() < 50
    assert 49_950 < noisy.max() <= 49_999
    assert np.array_equal(noisy, np.rint(noisy))


def test_bounds_that_do_not_tell_the_ids_are_refused(ids: Any, change: Any) -> None:
    for bounds in (UNBOUNDED, Bounds(0, 1e9)):
        with pytest.raises(InvalidData, match="do not tell which there are; give vocabulary="):
            change(TokenNoise(share=0.1), ids, bounds=bounds)
    with pytest.raises(InvalidData, match=r"within the inputs' bounds \[0, 1\] there are fewer than 2 beside"):
        change(TokenNoise(share=0.1), np.minimum(ids, 1), bounds=Bounds(0, 1))


def test_a_vocabulary_beyond_the_bounds_is_refused_as_its_ids_would_become_others(ids: Any, tell: Any) -> None:
    with pytest.raises(
        InvalidData, match=r"ids from 1 to 101, and the inputs lie in \[0, 99\]; give bounds=\(0, 101\)"
    ):
        tell(TokenNoise(share=0.1, vocabulary=102), ids)


def test_an_id_beyond_the_vocabulary_is_refused(ids: Any, tell: Any) -> None:
    with pytest.raises(InvalidData, match=r"hold the id \d+, and the vocabulary has 1 to 49; give vocabulary="):
        tell(TokenNoise(share=0.1, vocabulary=50), ids)


@pytest.mark.parametrize("vocabulary", [0, 1, 2.0, True, "100", 2**24 + 1])
def test_what_is_no_size_of_a_vocabulary_is_refused(vocabulary: Any) -> None:
    with pytest.raises(InvalidArgument, match="vocabulary=.*must be the number of token ids"):
        TokenNoise(share=0.1, vocabulary=vocabulary)


def test_a_vocabulary_that_leaves_nothing_to_draw_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"vocabulary=3 leaves fewer than 2 ids beside pad=0 and protect=\(1,\)"):
        TokenNoise(share=0.1, vocabulary=3, protect=(1,))


@pytest.mark.parametrize("share", [-0.1, 1.5, Exactly(2), Between(0, 3), float("nan"), True, "0.1"])
def test_an_impossible_share_is_refused(share: Any) -> None:
    with pytest.raises(InvalidArgument, match="share="):
        TokenNoise(share=share)


def test_a_model_gets_whole_ids_of_the_type_the_data_are_kept_in() -> None:
    seen = []

    def model(x: Any) -> Any:
        seen.append(x)
        return np.eye(2)[(x == 9).any(axis=1).astype(int)]

    x = np.random.default_rng(0).integers(1, 9, size=(40, 6))
    changed = Subject(model, x, np.zeros(40, int), bounds=(0, 9)).accuracy(under=TokenNoise(share=1))
    # Nine of ten draws at each of six places miss the id 9 with a chance of (7/8)**6 = 0.45.
    assert 0.2 < float(changed) < 0.7
    assert all(np.issubdtype(one.dtype, np.integer) for one in seen)
