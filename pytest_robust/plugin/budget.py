"""The time that a session has for asking models."""

from __future__ import annotations

import time
from math import inf
from typing import Any

import pytest

from pytest_robust.core.deadline import NEVER, Deadline
from pytest_robust.core.duration import as_seconds
from pytest_robust.plugin._options import Option, parsed

__all__ = ["OPTIONS", "Handover", "deadline_of"]

OPTIONS = (
    Option(
        name="budget",
        metavar="TIME",
        parse=as_seconds,
        help="Time for the whole session, such as 90s, 10min or 2h; a check that it does not suffice for is UNDECIDED",
    ),
)
_LEFT = "robust_left"


def deadline_of(config: pytest.Config) -> Deadline:
    """Return until when models may be asked, as of now.

    A worker of xdist has what the controller had left when it started the worker. Clocks that never
    go back need not agree between processes, so seconds travel rather than a moment; what a worker's
    start takes comes on top.

    Raises:
        UsageError: The budget is no duration.
    """
    budget = float(str(parsed(OPTIONS, config).get("budget", inf)))
    if budget == inf:
        return NEVER
    left = getattr(config, "workerinput", {}).get(_LEFT, budget)
    return Deadline(budget=budget, began=time.monotonic() - (budget - left))


class Handover:
    """Tells workers of xdist how much time is left, also one that takes the place of another.

    Args:
        deadline: The controller's.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401 - xdist's own
        """Send it before the worker starts."""
        node.workerinput[_LEFT] = self._deadline.left
