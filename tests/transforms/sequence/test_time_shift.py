"""Shifts in time against NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Between, Bounds, Exactly, InvalidArgument, InvalidData
from pytest_robust.transforms import Constant, Nearest, Reflect, TimeShift, Wrap


def _padded(x: Any, by: int, **how: Any) -> Any:
    """Return the window of a continued sequence that a shift by `by` shows."""
    return np.pad(x, ((0, 0), (30, 30), (0, 0)), **how)[:, 30 - by : 60 - by]


@pytest.mark.parametrize("by", [-30, -4, 0, 1, 7, 30])
@pytest.mark.parametrize(
    ("fill", "how"),
    [
        (Nearest(), {"mode": "edge"}),
        (Reflect(), {"mode": "symmetric"}),
        (Wrap(), {"mode": "wrap"}),
        (Constant(2.5), {"constant_values": 2.5}),
    ],
    ids=repr,
)
def test_a_shift_shows_the_sequence_as_its_fill_continues_it(
    fill: Any, how: Any, by: int, walks: Any, change: Any
) -> None:
    shifted = change(TimeShift(steps=Exactly(by), fill=fill), walks, bounds=UNBOUNDED)
    assert np.array_equal(shifted, _padded(walks, by, **how))


@pytest.mark.parametrize("by", [-75, 31, 90])
def test_a_shift_beyond_the_length_wraps_on(by: int, walks: Any, change: Any) -> None:
    shifted = change(TimeShift(steps=Exactly(by), fill=Wrap()), walks, bounds=UNBOUNDED)
    assert np.array_equal(shifted, np.roll(walks, by, axis=1))


def test_any_size_of_shift_is_taken(walks: Any, change: Any) -> None:
    held = change(TimeShift(steps=Exactly(1e30)), walks, bounds=UNBOUNDED)
    assert np.array_equal(held, np.repeat(walks[:, :1], 30, axis=1))


def test_a_share_is_one_of_all_steps(walks: Any, change: Any) -> None:
    by_share = change(TimeShift(share=Exactly(0.1)), walks, bounds=UNBOUNDED)
    assert np.array_equal(by_share, change(TimeShift(steps=Exactly(3)), walks, bounds=UNBOUNDED))


def test_a_number_draws_from_both_sides_and_between_from_its_ends(change: Any) -> None:
    x = np.tile(np.arange(21, dtype=np.float32), (2000, 1))
    for steps, ends in ((4, (-4, 4)), (Between(1, 5), (1, 5))):
        by = 10 - change(TimeShift(steps=steps), x, bounds=UNBOUNDED)[:, 10]
        assert (by.min(), by.max()) == ends
        # Five standard errors of a uniform distribution's mean.
        spread = (ends[1] - ends[0]) / np.sqrt(12)
        assert by.mean() == pytest.approx(sum(ends) / 2, abs=5 * spread / np.sqrt(2000) + 0.01)


def test_only_the_features_named_shift(walks: Any, change: Any) -> None:
    every, some = (
        change(TimeShift(share=0.5, features=features), walks, bounds=UNBOUNDED) for features in (None, (2, 0))
    )
    assert np.array_equal(some[..., [0, 2]], every[..., [0, 2]])
    assert np.array_equal(some[..., 1], walks[..., 1])


def test_one_series_is_one_feature(walks: Any, change: Any) -> None:
    flat = change(TimeShift(share=0.5, features=(0,)), walks[..., 0], bounds=UNBOUNDED)
    assert np.array_equal(flat, change(TimeShift(share=0.5), walks, bounds=UNBOUNDED)[..., 0])
    with pytest.raises(InvalidData, match="changes feature 1, and the inputs have one feature, 0; count from 0"):
        change(TimeShift(share=0.5, features=(1,)), walks[..., 0], bounds=UNBOUNDED)


def test_a_constant_fill_stays_in_the_bounds(change: Any) -> None:
    shifted = change(TimeShift(steps=Exactly(1), fill=Constant(9)), np.zeros((1, 3), np.float32), bounds=Bounds(-1, 1))
    assert shifted.tolist() == [[1, 0, 0]]


@pytest.mark.parametrize("name", ["share", "steps"])
@pytest.mark.parametrize("value", [-1, float("nan"), True, "3"])
def test_an_impossible_amount_is_refused(name: str, value: Any) -> None:
    with pytest.raises(InvalidArgument, match=f"{name}="):
        TimeShift(**{name: value})


def test_both_or_neither_of_share_and_steps_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"TimeShift takes either .* both are given"):
        TimeShift(share=0.1, steps=1)
    with pytest.raises(InvalidArgument, match=r"neither is given; write for instance TimeShift\(share=0.1\)"):
        TimeShift()


def test_a_fill_by_name_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="fill='wrap' is not a way to fill"):
        TimeShift(share=0.1, fill="wrap")  # type: ignore[arg-type]  # the mistake


def test_a_milder_shift_is_smaller() -> None:
    assert TimeShift(steps=Exactly(4)).scaled(0.5) == TimeShift(steps=Exactly(2))
    assert TimeShift.strongest() == TimeShift(share=0.5)
