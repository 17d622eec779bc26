"""The test under way."""

from __future__ import annotations

from contextvars import ContextVar

import pytest

__all__ = ["RUNNING"]

RUNNING: ContextVar[pytest.Item | None] = ContextVar("pytest_robust_running", default=None)
"""How a fixture of the whole session knows the test that uses it."""
