"""A budget of time ends when it is over, and never before."""

from __future__ import annotations

from math import inf, nan

import pytest

from pytest_robust import InvalidArgument
from pytest_robust.core.deadline import NEVER, Deadline
from pytest_robust.core.errors import OutOfTime


def test_it_is_over_when_its_time_is_spent() -> None:
    now = [100.0]
    deadline = Deadline(budget=10, began=100, clock=lambda: now[0])
    now[0] = 109.9
    deadline.check(0, 10)
    assert deadline.left == pytest.approx(0.1)
    now[0] = 110.0
    with pytest.raises(OutOfTime, match="the budget of 10 s was spent after 3 of 10 examples"):
        deadline.check(3, 10)
    now[0] = 1000.0
    assert deadline.left == 0


def test_whoever_has_all_the_time_is_never_out_of_it() -> None:
    assert NEVER.left == inf
    NEVER.check(0, 1)


@pytest.mark.parametrize("budget", [0, -1, nan])
def test_no_time_at_all_is_refused(budget):
    with pytest.raises(InvalidArgument, match=r"budget=.* must be above 0 seconds"):
        Deadline(budget=budget, began=0)
