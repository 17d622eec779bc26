"""Truncation against slices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Between, Bounds, Exactly, InvalidArgument, InvalidData
from pytest_robust.transforms import Left, Truncate


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.5, 1.0])
def test_the_share_of_steps_is_cut_off_the_end(share: float, walks: Any, change: Any) -> None:
    short = change(Truncate(share=share), walks, bounds=UNBOUNDED)
    kept = 30 - round(share * 30)
    assert np.array_equal(short[:, :kept], walks[:, :kept])
    assert (short[:, kept:] == 0).all()


def test_the_left_side_keeps_the_end(walks: Any, change: Any) -> None:
    short = change(Truncate(share=0.2, side=Left(), pad=7), walks, bounds=UNBOUNDED)
    assert np.array_equal(short[:, 6:], walks[:, 6:])
    assert (short[:, :6] == 7).all()


def test_an_example_of_tokens_loses_a_share_of_its_own_length(ids: Any, tell: Any) -> None:
    before = (ids != 0).sum(axis=1)
    after = (tell(Truncate(share=0.5), ids) != 0).sum(axis=1)
    assert len(set(before)) > 10
    assert np.array_equal(before - after, np.rint(before / 2))


def test_padding_in_front_is_no_part_of_the_length(tell: Any) -> None:
    x = np.array([[0, 0, 0, 0, 5, 6, 0, 7, 0, 0]], np.float32)
    assert tell(Truncate(share=0.5), x).tolist() == [[0, 0, 0, 0, 5, 6, 0, 0, 0, 0]]
    assert tell(Truncate(share=0.5, side=Left()), x).tolist() == [[0, 0, 0, 0, 0, 0, 0, 7, 0, 0]]


def test_a_step_is_padding_only_where_all_its_features_are(change: Any) -> None:
    x = np.array([[[1, 1], [1, 1], [1, 0], [0, 1], [0, 0], [0, 0]]], np.float32)
    assert change(Truncate(share=0.5), x)[0].tolist() == [[1, 1], [1, 1], [0, 0], [0, 0], [0, 0], [0, 0]]


def test_a_larger_share_cuts_the_same_steps_and_more(walks: Any, change: Any) -> None:
    few, many = (change(Truncate(share=Between(0, high)), walks, bounds=UNBOUNDED) != walks for high in (0.3, 0.9))
    assert (many | ~few).all()
    assert 0 < few.sum() < many.sum()


def test_nothing_but_padding_stays_as_it_is(tell: Any) -> None:
    assert (tell(Truncate(share=0.5), np.zeros((3, 5), np.float32)) == 0).all()


def test_padding_outside_the_bounds_is_refused(walks: Any, change: Any) -> None:
    with pytest.raises(InvalidData, match=r"writes pad=0, and the inputs lie in \[1, 2\]"):
        change(Truncate(share=0.5), walks, bounds=Bounds(1, 2))


@pytest.mark.parametrize("share", [-0.1, 1.5, Exactly(2), float("nan"), True, "0.1"])
def test_an_impossible_share_is_refused(share: Any) -> None:
    with pytest.raises(InvalidArgument, match="share="):
        Truncate(share=share)


@pytest.mark.parametrize("pad", [float("inf"), None, True, "0"])
def test_padding_that_is_no_number_is_refused(pad: Any) -> None:
    with pytest.raises(InvalidArgument, match="pad=.*must be a finite number"):
        Truncate(share=0.1, pad=pad)


def test_a_milder_share_is_smaller() -> None:
    assert Truncate(share=0.2, side=Left()).scaled(0.5) == Truncate(share=0.1, side=Left())
    assert Truncate.strongest() == Truncate(share=0.9)
