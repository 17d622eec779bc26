"""The time that a session has for asking models."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pytest_robust.core.deadline import Deadline

__all__ = ["Handover", "deadline_of"]

_LEFT = "robust_left"


def deadline_of(config: pytest.Config, budget: float) -> Deadline:
    """Return until when models may be asked, as of now.

    A worker of xdist has what the controller had left when it started the worker. Clocks that never
    go back need not agree between processes, so seconds travel rather than a moment; what a worker's
    start takes comes on top.

    Args:
        config: Of the session.
        budget: Seconds that it has in all.
    """
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
