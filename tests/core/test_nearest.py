from __future__ import annotations

import numpy as np

from pytest_robust import L2, UNBOUNDED, Targeted
from pytest_robust.core.goals import Untargeted
from pytest_robust.core.nearest import Nearest
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel
from pytest_robust.testing import LinearModel

MODEL = LinearModel(np.array([[0.0, 1.0]]), np.zeros(2))
X = np.array([[-1.0], [-2.0], [-3.0], [4.0]], dtype=np.float32)
Y = np.array([0, 0, 0, 1])


def nearest(eps=np.inf, goal=Untargeted(), patience=None):
    threat = ThreatModel(norm=L2, eps=eps, bounds=UNBOUNDED)
    return Nearest(MODEL, X, Y, threat, Streams.of(0, index=np.arange(4)), goal, patience=patience)


def offer(rows, points):
    point = np.array(points, dtype=np.float32)[:, None]
    return rows.offer(point, rows.model.logits(point))


def test_keeps_the_nearest_point_that_broke_each_row() -> None:
    rows = nearest()
    assert offer(rows, [3, -1, 2, 3]).broken.tolist() == [True, False, True, False]
    assert offer(rows, [1, 5, 9, -1]).broken.all()
    assert rows.distance.tolist() == [2, 7, 5, 5]
    assert rows.result().ravel().tolist() == [1, 5, 2, -1]
    assert len(rows) == 4, "without a budget a smaller change is always sought"


def test_within_a_budget_a_row_is_done_when_it_is_broken() -> None:
    rows = nearest(eps=5.5)
    kept = offer(rows, [1, 5, 9, -1]).kept
    assert kept.tolist() == [False, True, True, False]
    assert rows.sought.tolist() == [1, 2]
    assert rows.x.ravel().tolist() == [-2, -3]
    assert rows.y.tolist() == [0, 0]
    # Beyond the budget: brought back to its edge.
    assert np.allclose(rows.result().ravel(), [1, 3.5, 2.5, -1])


def test_points_that_do_not_count_break_nothing() -> None:
    rows = nearest()
    point = np.ones((4, 1), dtype=np.float32)
    offered = rows.offer(point, rows.model.logits(point), among=np.array([False, True, True, True]))
    assert offered.broken.tolist() == [False, True, True, False]
    assert rows.result().ravel().tolist() == [-1, 1, 1, 4]


def test_a_row_that_cannot_reach_its_goal_is_not_sought_for() -> None:
    rows = nearest(goal=Targeted(1))
    assert rows.sought.tolist() == [0, 1, 2]
    assert rows.labels.tolist() == [1, 1, 1]


def test_a_row_that_comes_no_nearer_is_left_as_it_is() -> None:
    rows = nearest(patience=2)
    assert offer(rows, [3, 3, -3, -4]).kept.all()
    # The first stays where it is, the second comes nearer, the third is not broken yet.
    assert offer(rows, [3, 2, -3, -4]).kept.all()
    assert offer(rows, [2.999, 1, -3, -3]).kept.tolist() == [False, True, True, True]
    assert rows.sought.tolist() == [1, 2, 3]
    # A row that came nearer waits anew.
    assert offer(rows, [1, 1, -3]).kept.all()
    assert offer(rows, [1, 1, -3]).kept.tolist() == [False, True, False]


def test_within_a_budget_a_row_is_sought_for_as_long_as_there_are_steps() -> None:
    rows = nearest(eps=3.5, patience=1)
    for _ in range(3):
        assert offer(rows, [3, 3, 3, -4]).kept.all()
