"""Moves of a probability, against their definition."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.core.direction import ClassProbability, Moves
from pytest_robust.core.errors import InvalidArgument


def test_a_move_is_judged_at_both_ends() -> None:
    before = np.array([0.5, 0.5, 0.5, 0.5])
    after = np.array([0.4, 0.6, 0.7, 0.9])
    outputs = np.stack([1 - after, after], axis=1)
    moves = Moves(probability=ClassProbability(of=1), at_least=0.1, at_most=0.2)
    assert moves.score(before, outputs).tolist() == [0, 1, 1, 0]


def test_no_move_is_within_every_stated_zero() -> None:
    outputs = np.array([[0.3, 0.7]])
    for limits in ({"at_least": 0.0}, {"at_most": 0.0}):
        # Rounded in another batch, it is still none.
        assert Moves(probability=ClassProbability(of=1), **limits).score(np.array([0.7 + 1e-7]), outputs).tolist() == [
            1
        ]
        assert Moves(probability=ClassProbability(of=1), **limits).score(np.array([0.7 - 1e-7]), outputs).tolist() == [
            1
        ]


def test_limits_that_nothing_lies_between_are_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"at_least=0.3 must not be above at_most=0.2"):
        Moves(probability=ClassProbability(of=1), at_least=0.3, at_most=0.2)
