"""Padding against NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Between, Exactly, InvalidArgument, InvalidData
from pytest_robust.transforms import Pad, Right


@pytest.mark.parametrize("steps", [0, 1, 7, 30])
def test_padding_in_front_moves_everything_later(steps: int, walks: Any, change: Any) -> None:
    padded = change(Pad(steps=steps, pad=-3), walks, bounds=UNBOUNDED)
    expected = np.pad(walks, ((0, 0), (steps, 0), (0, 0)), constant_values=-3)[:, :30]
    assert np.array_equal(padded, expected)


@pytest.mark.parametrize("steps", [0, 1, 7, 30])
def test_padding_behind_moves_everything_earlier(steps: int, walks: Any, change: Any) -> None:
    padded = change(Pad(steps=steps, side=Right()), walks, bounds=UNBOUNDED)
    expected = np.pad(walks, ((0, 0), (0, steps), (0, 0)))[:, steps:]
    assert np.array_equal(padded, expected)


def test_more_padding_than_there_are_steps_leaves_nothing_else(ids: Any, tell: Any) -> None:
    for steps in (20, 1000, 1e30):
        assert (tell(Pad(steps=steps, pad=4), ids) == 4).all()


def test_a_share_is_one_of_all_steps(ids: Any, tell: Any) -> None:
    assert np.array_equal(tell(Pad(share=0.25), ids), tell(Pad(steps=5), ids))
    assert np.array_equal(tell(Pad(share=Exactly(0.24)), ids), tell(Pad(steps=Exactly(5)), ids))


def test_between_draws_one_number_an_example(change: Any) -> None:
    x = np.ones((2000, 10), np.float32)
    added = (change(Pad(steps=Between(2, 6)), x) == 0).sum(axis=1)
    counts = np.bincount(added, minlength=11)
    assert set(np.flatnonzero(counts)) == {2, 3, 4, 5, 6}
    # Rounded, so that the ends have half of what is between; five standard errors of 500 of 2000.
    assert counts[3:6] == pytest.approx(500, abs=100)


def test_both_or_neither_of_share_and_steps_is_refused() -> None:
    with pytest.raises(
        InvalidArgument, match=r"Pad takes either share or steps, and both are given; write for .* Pad\(share=0"
    ):
        Pad(share=0.1, steps=2)
    with pytest.raises(InvalidArgument, match="neither is given"):
        Pad()


@pytest.mark.parametrize("name", ["share", "steps"])
@pytest.mark.parametrize("value", [-0.1, Exactly(-2), float("nan"), True, "0.1"])
def test_an_impossible_amount_is_refused(name: str, value: Any) -> None:
    with pytest.raises(InvalidArgument, match=f"{name}="):
        Pad(**{name: value})


def test_a_share_above_one_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"share=1.5 must be from 0 to 1"):
        Pad(share=1.5)


def test_padding_outside_the_bounds_is_refused(ids: Any, tell: Any) -> None:
    with pytest.raises(InvalidData, match="writes pad=100"):
        tell(Pad(share=0.5, pad=100), ids)


def test_a_milder_amount_is_smaller() -> None:
    assert Pad(share=0.2).scaled(0.5) == Pad(share=0.1)
    assert Pad(steps=5).scaled(0.5) == Pad(steps=2.5)
    assert Pad(steps=5).has_strength
    assert Pad(steps=5).level == 5
    assert Pad.strongest() == Pad(share=0.5)
