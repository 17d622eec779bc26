"""Lost tokens against counts and against lists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Between, Bounds, Exactly, InvalidArgument, InvalidData
from pytest_robust.transforms import Left, TokenDropout


def test_the_share_is_that_of_the_tokens_masked(ids: Any, tell: Any) -> None:
    masked = tell(TokenDropout(share=0.3, mask=99), np.where(ids == 99, 98, ids).astype(np.float32))
    tokens = ids != 0
    # Five standard errors.
    assert (masked == 99)[tokens].mean() == pytest.approx(0.3, abs=5 * np.sqrt(0.21 / tokens.sum()))
    assert (masked[~tokens] == 0).all()


def test_a_masked_token_is_the_only_change(ids: Any, tell: Any) -> None:
    masked = tell(TokenDropout(share=0.3, mask=99), ids)
    assert set(masked[masked != ids]) == {99}


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_removed_tokens_leave_the_others_in_order_with_padding_behind(share: float, ids: Any, tell: Any) -> None:
    masked = tell(TokenDropout(share=share, mask=99, protect=(99,)), ids)
    gone = (masked == 99) & (ids != 99)
    removed = tell(TokenDropout(share=share, protect=(99,)), ids)
    assert gone.any()
    for row, out, left in zip(ids.tolist(), gone, removed.tolist(), strict=True):
        expected = [one for one, lost in zip(row, out, strict=True) if not lost]
        assert left == expected + [0] * (20 - len(expected))


def test_padding_in_front_stays_in_front(tell: Any) -> None:
    x = np.array([[0, 0, 5, 6, 7, 8]] * 300, np.float32)
    removed = tell(TokenDropout(share=0.5, side=Left()), x)
    for row in removed.tolist():
        kept = [one for one in row if one]
        assert row == [0] * (6 - len(kept)) + kept
        assert kept == sorted(kept)
    assert {tuple(row) for row in removed.tolist()} >= {(0, 0, 0, 5, 7, 8), (0, 0, 5, 6, 7, 8), (0,) * 6}


def test_padding_and_protected_tokens_are_never_lost(ids: Any, tell: Any) -> None:
    masked = tell(TokenDropout(share=1, mask=99, protect=(5, 6, 7)), ids)
    special = np.isin(ids, [0, 5, 6, 7])
    assert special.any()
    assert np.array_equal(masked[special], ids[special])
    assert (masked[~special] == 99).all()


def test_a_larger_share_loses_the_same_tokens_and_more(ids: Any, tell: Any) -> None:
    few, many = (tell(TokenDropout(share=share, mask=99), ids) != ids for share in (0.2, 0.6))
    assert (many | ~few).all()
    assert 0 < few.sum() < many.sum()


def test_share_zero_changes_nothing_and_returns_a_copy(ids: Any, tell: Any) -> None:
    for transform in (TokenDropout(share=0), TokenDropout(share=0, mask=99), TokenDropout(share=0, side=Left())):
        same = tell(transform, ids)
        assert np.array_equal(same, ids)
        assert not np.shares_memory(same, ids)


def test_between_draws_one_share_an_example_and_a_number_is_the_share_itself(tell: Any) -> None:
    x = np.full((200, 400), 5, np.float32)
    shares = (tell(TokenDropout(share=Between(0.1, 0.5), mask=99), x) == 99).mean(axis=1)
    assert shares.min() == pytest.approx(0.1, abs=0.05)
    assert shares.max() == pytest.approx(0.5, abs=0.05)
    assert np.array_equal(tell(TokenDropout(share=0.2), x), tell(TokenDropout(share=Exactly(0.2)), x))


@pytest.mark.parametrize(
    ("transform", "name"),
    [(TokenDropout(share=0.1, mask=103), "mask=103"), (TokenDropout(share=0.1, pad=-1), "pad=-1")],
)
def test_an_id_outside_the_bounds_is_refused_as_it_would_become_another(
    transform: TokenDropout, name: str, ids: Any, tell: Any
) -> None:
    with pytest.raises(InvalidData, match=rf"writes {name}, and the inputs lie in \[0, 99\]; give a"):
        tell(transform, ids)


def test_padding_that_is_not_written_may_lie_outside(ids: Any, tell: Any) -> None:
    assert (tell(TokenDropout(share=1, mask=99, pad=-1), ids) == 99).all()


def test_readings_embeddings_and_texts_are_refused(walks: Any, change: Any) -> None:
    with pytest.raises(InvalidData, match=r"whole numbers, and the inputs hold .*; readings are changed by DropSteps"):
        change(TokenDropout(share=0.1), walks[..., 0], bounds=UNBOUNDED)
    with pytest.raises(InvalidData, match=r"\(n, steps\), and the inputs have shape \(50, 30, 3\); give the ids"):
        change(TokenDropout(share=0.1), walks, bounds=UNBOUNDED)
    with pytest.raises(InvalidData, match="the inputs are <U4; give the numbers"):
        change(TokenDropout(share=0.1), np.array(["word"]))


@pytest.mark.parametrize("share", [-0.1, 1.5, Exactly(2), Between(0, 3), float("nan"), True, "0.1"])
def test_an_impossible_share_is_refused(share: Any) -> None:
    with pytest.raises(InvalidArgument, match="share="):
        TokenDropout(share=share)


@pytest.mark.parametrize("name", ["mask", "pad"])
@pytest.mark.parametrize("value", [1.0, "[MASK]", True, 2**24 + 1])
def test_what_is_no_id_is_refused(name: str, value: Any) -> None:
    with pytest.raises(InvalidArgument, match=f"{name}=.*must be a token's id, an integer of at most 16777216"):
        TokenDropout(share=0.1, **{name: value})


@pytest.mark.parametrize("protect", [[1], 1, (1.5,), ("[CLS]",)])
def test_protected_ids_must_be_a_tuple_of_ids(protect: Any) -> None:
    with pytest.raises(InvalidArgument, match="protect=.*must be a tuple of token ids"):
        TokenDropout(share=0.1, protect=protect)


@pytest.mark.parametrize("side", ["left", Left, None])
def test_a_side_by_name_is_refused_with_the_values_to_write(side: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"side=.* must be Left\(\) or Right\(\)"):
        TokenDropout(share=0.1, side=side)


def test_a_milder_share_is_smaller() -> None:
    assert TokenDropout(share=0.2, mask=3).scaled(0.5) == TokenDropout(share=0.1, mask=3)
    assert TokenDropout.strongest() == TokenDropout(share=0.5)


def test_bounds_without_an_end_take_any_mask(ids: Any, change: Any) -> None:
    masked = change(TokenDropout(share=1, mask=30_522), ids, bounds=Bounds(0, float("inf")))
    assert set(masked[ids != 0]) == {30_522}
