"""Which tests a worker of xdist left out: its controller collects none, and could not know."""

from __future__ import annotations

import pytest

from pytest_robust.core.readable import readable

__all__ = ["DESELECTED", "Deselected"]

DESELECTED = "robust_deselected"
"""Under which word a worker tells it."""


class Deselected:
    """Listens in a worker, and tells the controller when the worker is done."""

    def __init__(self) -> None:
        self._left_out: list[str] = []

    @pytest.hookimpl
    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Remember the tests left out."""
        self._left_out += [readable(item.nodeid) for item in items]

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell the controller."""
        session.config.workeroutput[DESELECTED] = self._left_out  # type: ignore[attr-defined]  # xdist's
