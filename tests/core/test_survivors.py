from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from pytest_robust.core.arrays import Inputs, Integers, Mask, Outputs
from pytest_robust.core.bounds import UNBOUNDED
from pytest_robust.core.goals import Targeted, Untargeted
from pytest_robust.core.model import Model
from pytest_robust.core.norms import LInf
from pytest_robust.core.streams import Streams
from pytest_robust.core.survivors import Survivors
from pytest_robust.core.threat import ThreatModel

X = np.arange(5, dtype=np.float32)[:, None] * 10
Y = np.array([0, 1, 0, 1, 2])


@dataclass(frozen=True)
class Remembering(Model):
    """A view that holds something of each row, as one of several inputs does."""

    held: Integers

    def predict(self, x: Inputs) -> Outputs:
        return self.held

    def rows(self, keep: Integers | Mask) -> Remembering:
        return Remembering(self.held[keep])


def survivors(goal: Untargeted | Targeted = Untargeted()) -> Survivors[Remembering]:
    return Survivors(Remembering(np.arange(5)), X, Y, Streams.of(0, index=np.arange(100, 105)), goal)


def test_points_that_broke_outlive_the_steps_that_follow() -> None:
    threat = ThreatModel(norm=LInf, eps=1.0, bounds=UNBOUNDED)
    for answers, standing in (([1, 0, 0, 0, 0], [2]), ([0, 0, 0, 1, 2], [0, 2, 3, 4])):
        alive, point = survivors(), X + 0.5
        kept = alive.strike(point, np.array(answers))
        for _ in range(3):
            point = alive.climb(point, np.ones((len(kept), *X.shape[1:]), dtype=np.float32), kept, 0.25, threat)
            kept = np.ones(len(alive), dtype=bool)
        alive.settle(point)
        expected = X + 0.5
        # Three steps of a quarter from a half, back in the ball of one.
        expected[standing] = X[standing] + 1
        assert alive.result() == pytest.approx(expected)


def test_a_later_break_counts_more_than_where_a_row_had_settled_before() -> None:
    alive = survivors()
    alive.settle(X + 1)
    alive.settle(X + 2)
    alive.strike(X + 3, np.array([1, 0, 1, 0, 2]))
    assert (alive.result() - X == np.array([3, 3, 3, 3, 3])[:, None]).all()
    alive.settle(alive.x + 4)
    assert (alive.result() - X == np.array([3, 3, 3, 3, 4])[:, None]).all()


def aligned(alive: Survivors[Remembering], rows: list[int]) -> bool:
    return (
        len(alive) == len(rows)
        and alive.model.held.tolist() == rows
        and alive.x[:, 0].tolist() == [10 * row for row in rows]
        and alive.y.tolist() == Y[rows].tolist()
        and alive.streams.index.tolist() == [100 + row for row in rows]
    )


def test_broken_rows_leave_and_all_that_is_held_stays_aligned() -> None:
    alive = survivors()
    assert aligned(alive, [0, 1, 2, 3, 4])
    assert alive.strike(X + 1, np.array([0, 0, 0, 1, 0])).tolist() == [True, False, True, True, False]
    assert aligned(alive, [0, 2, 3])
    assert alive.strike(alive.x + 2, np.array([0, 0, 1])).all()
    assert aligned(alive, [0, 2, 3])
    assert alive.strike(alive.x + 3, np.array([1, 0, 0])).tolist() == [False, True, False]
    assert aligned(alive, [2])


def test_the_point_that_broke_a_row_is_kept_whatever_comes_later() -> None:
    alive = survivors()
    alive.strike(X + 1, np.array([0, 0, 0, 1, 0]))
    alive.strike(alive.x + 3, np.array([1, 0, 1]))
    alive.settle(alive.x + 7)
    assert alive.result()[:, 0].tolist() == [3, 11, 27, 37, 41]


def test_without_a_strike_the_result_is_the_input_and_a_copy() -> None:
    alive = survivors()
    assert (alive.result() == X).all()
    assert not np.shares_memory(alive.result(), X)


def test_scores_are_judged_by_their_highest() -> None:
    alive = survivors()
    scores = np.eye(3)[Y]
    scores[2] = [0.1, 0.2, 0.7]
    alive.strike(X, scores)
    assert aligned(alive, [0, 1, 3, 4])


def test_rows_that_a_target_cannot_break_are_not_tried() -> None:
    alive = survivors(Targeted(1))
    assert aligned(alive, [0, 2, 4])
    assert alive.labels.tolist() == [1, 1, 1]
    alive.strike(alive.x + 1, np.array([2, 1, 0]))
    assert aligned(alive, [0, 4])


def test_nobody_left_is_a_state_like_others() -> None:
    alive = survivors()
    alive.strike(X + 1, 2 - Y + (Y == 1) * 2)
    assert len(alive) == 0
    alive.settle(alive.x)
    assert alive.result()[:, 0].tolist() == [1, 11, 21, 31, 41]
