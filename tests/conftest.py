"""Fixtures of all rooms' tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests._sessions import Sessions

# Before TensorFlow loads: it writes to stderr on its way in, and a second worker must not
# take both cores.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# For what the tests start: threads of a linear solver wait for each other when the cores are busy.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session")
def sessions() -> Iterator[Sessions]:
    """Sessions in processes of their own, started fast; `Sessions` says what they are and are not."""
    with Sessions() as sessions:
        yield sessions


@pytest.fixture
def run_pytest(pytester: pytest.Pytester, sessions: Sessions) -> Callable[..., pytest.RunResult]:
    """As `pytester.runpytest_subprocess`, by a session of `sessions`."""

    def run(*arguments: str) -> pytest.RunResult:
        folder = Path.cwd()
        path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))
        temporary = f"--basetemp={mkdtemp(prefix='runpytest-', dir=pytester.path)}"
        return sessions.run(temporary, *arguments, folder=folder, environment={**os.environ, "PYTHONPATH": path})

    return run
