"""Until when models may be asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from pytest_robust.core.duration import duration
from pytest_robust.core.errors import InvalidArgument, OutOfTime

__all__ = ["NEVER", "Deadline"]


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """A budget of time and when it began.

    Args:
        budget: Seconds that there are in all, above 0; inf for no end.
        began: When on the clock they began.
        clock: Returns seconds, and never goes back. The time of day does.

    Raises:
        InvalidArgument: The budget is not above 0.

    Examples:
        >>> Deadline(budget=60, began=100, clock=lambda: 130).left
        30
        >>> Deadline(budget=60, began=100, clock=lambda: 161).check(64, 1000)
        Traceback (most recent call last):
        pytest_robust.core.errors.OutOfTime: the budget of 1 min was spent after 64 of 1000 examples
    """

    budget: float
    began: float
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        """Validate."""
        if not self.budget > 0:
            raise InvalidArgument(f"budget={self.budget!r} must be above 0 seconds, inf for no end")

    @property
    def left(self) -> float:
        """Seconds left, 0 when it is over."""
        return max(self.began + self.budget - self.clock(), 0)

    def check(self, done: int, total: int) -> None:
        """Refuse to go on when it is over.

        Args:
            done: Examples evaluated so far.
            total: Examples there are.

        Raises:
            OutOfTime: It is.
        """
        if not self.left:
            raise OutOfTime(f"the budget of {duration(self.budget)} was spent after {done} of {total} examples")


NEVER = Deadline(budget=inf, began=0)
"""The deadline of whoever has all the time."""
