"""A small project that the plugin's tests run pytest on, in a process of its own."""

from __future__ import annotations

import json

# Before any `pytester`, which takes what was imported since from sys.modules: TensorFlow aborts the
# process when it is imported a second time.
import keras  # noqa: F401 - as above
import pytest

CONFTEST = """
import numpy as np
import pytest
from pytest_robust.testing import LinearModel

random = np.random.default_rng(2)
X = random.random((200, 4, 4, 1)).astype("float32")
MODEL = LinearModel(random.normal(size=(16, 3)), np.zeros(3))
Y = MODEL.logits(X).argmax(axis=1)
Y[:10] = (Y[:10] + 1) % 3          # 95 % clean accuracy

@pytest.fixture(scope="session")
def robust_model():
    return MODEL

@pytest.fixture(scope="session")
def robust_data():
    return X, Y
"""


@pytest.fixture
def project(pytester, run_pytest, monkeypatch):
    """A project with a linear model, and `project.run(...)`."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    # What a session says on GitHub has tests of its own.
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    pytester.makeconftest(CONFTEST)

    class Project:
        path = pytester.path
        makepyfile = staticmethod(pytester.makepyfile)
        makeini = staticmethod(pytester.makeini)

        @staticmethod
        def run(*arguments):
            # Hypothesis is loaded at the end of every session otherwise, a third of such a small one's time.
            drawn = any("hypothesis" in file.read_text() for file in pytester.path.glob("test_*.py"))
            unused = () if drawn else ("-p", "no:hypothesispytest")
            return run_pytest("-p", "no:randomly", *unused, *arguments)

        @staticmethod
        def inprocess(*arguments):
            return pytester.runpytest_inprocess("-p", "no:randomly", *arguments)

        @staticmethod
        def records(path=".robust/report.json"):
            return json.loads((pytester.path / path).read_text())["records"]

    return Project()
