"""Repeated steps against NumPy's repeat."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Between, Exactly, InvalidArgument, InvalidData
from pytest_robust.transforms import RepeatSteps

STEPS = np.tile(np.arange(40, dtype=np.float32), (500, 1))


@pytest.fixture
def repeat(change: Any) -> Any:
    return lambda x, **how: change(RepeatSteps(**how), x, bounds=UNBOUNDED)


def _counts(row: Any) -> Any:
    return np.bincount(row.astype(int), minlength=40)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_steps_are_repeated_in_their_order_until_the_end(share: float, repeat: Any) -> None:
    for row in repeat(STEPS, share=share):
        counts = _counts(row)
        # The last may stand once because nothing fits behind it.
        assert set(counts[: int(row[-1])]) <= {1, 2}
        assert np.array_equal(row, np.repeat(np.arange(40), counts))


def test_the_share_is_that_of_the_steps_repeated(repeat: Any) -> None:
    rows = repeat(STEPS, share=0.3)
    # The first twenty are there in any case.
    twice = np.mean([_counts(row)[:20] == 2 for row in rows])
    assert twice == pytest.approx(0.3, abs=5 * np.sqrt(0.21 / 10_000))


def test_share_one_repeats_every_step_and_share_zero_none(walks: Any, repeat: Any) -> None:
    assert np.array_equal(repeat(walks, share=1), np.repeat(walks, 2, axis=1)[:, :30])
    same = repeat(walks, share=0)
    assert np.array_equal(same, walks)
    assert not np.shares_memory(same, walks)


def test_a_larger_share_repeats_the_same_steps_and_more(repeat: Any) -> None:
    few, many = (np.array([_counts(row)[:20] == 2 for row in repeat(STEPS, share=share)]) for share in (0.2, 0.6))
    assert (many | ~few).all()
    assert 0 < few.sum() < many.sum()


def test_features_stutter_together_and_only_those_named(walks: Any, repeat: Any) -> None:
    places = np.repeat(STEPS[:50, :30, None], 3, axis=2)
    assert np.ptp(repeat(places, share=0.5), axis=2).max() == 0
    every, some = (repeat(walks, share=0.5, features=features) for features in (None, (2, 0)))
    assert np.array_equal(some[..., [0, 2]], every[..., [0, 2]])
    assert np.array_equal(some[..., 1], walks[..., 1])
    with pytest.raises(InvalidData, match="changes feature 3"):
        repeat(walks, share=0.5, features=(3,))


@pytest.mark.parametrize("share", [-0.1, 1.5, Exactly(2), Between(0, 3), float("nan"), True, "0.1"])
def test_an_impossible_share_is_refused(share: Any) -> None:
    with pytest.raises(InvalidArgument, match="share="):
        RepeatSteps(share=share)


def test_a_milder_share_is_smaller() -> None:
    assert RepeatSteps(share=0.2, features=(1,)).scaled(0.5) == RepeatSteps(share=0.1, features=(1,))
