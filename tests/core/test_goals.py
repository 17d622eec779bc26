from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.goals import Targeted, Untargeted

Y, SAID = np.array([0, 1, 2, 2]), np.array([0, 2, 0, 2])


def test_untargeted_wants_any_wrong_answer() -> None:
    goal = Untargeted()
    assert goal.reached(SAID, Y).tolist() == [False, True, True, False]
    assert (goal.labels(Y) == Y).all()
    assert goal.possible(Y).all()
    assert goal.uphill(np.array([1.0])).tolist() == [1]


def test_targeted_wants_one_answer_where_it_is_wrong() -> None:
    goal = Targeted(2)
    assert goal.reached(SAID, Y).tolist() == [False, True, False, False]
    assert goal.labels(Y).tolist() == [2, 2, 2, 2]
    assert goal.possible(Y).tolist() == [True, True, False, False]
    assert goal.uphill(np.array([1.0])).tolist() == [-1]


@pytest.mark.parametrize("label", [-1, 1.0, True, "cat", None])
def test_a_target_that_is_no_class_is_refused(label: int) -> None:
    with pytest.raises(InvalidArgument, match="a class index, 0 or above"):
        Targeted(label)


def test_goals_are_values_whose_repr_runs() -> None:
    for goal in (Untargeted(), Targeted(3), Targeted(np.int64(3))):
        assert eval(repr(goal)) == goal
    assert Targeted(3) != Targeted(4)
