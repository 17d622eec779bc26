"""The table, and the model that most rows are about."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from benchmarks.row import LeftOut, Row, rendered

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.bare import Bare
    from benchmarks.cnn import Digits

_TABLE = pytest.StashKey[list[Row | LeftOut]]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin the table."""
    config.stash[_TABLE] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the table."""
    rows = config.stash[_TABLE]
    if not rows:
        return
    terminalreporter.section("benchmarks")
    terminalreporter.write_line(rendered(rows))
    missed = [row.what for row in rows if isinstance(row, Row) and not row.holds]
    terminalreporter.write_line(f"\n{os.cpu_count()} cores; bars missed: {len(missed)}")


@pytest.fixture
def hold(pytestconfig: pytest.Config) -> Callable[..., None]:
    """Show rows in the table, and fail where a bar is missed."""

    def hold(*rows: Row) -> None:
        pytestconfig.stash[_TABLE].extend(rows)
        missed = [
            f"{row.what} beside {row.beside}: {row.median:.3g}{row.unit}, bar {row.bar}"
            for row in rows
            if not row.holds
        ]
        if missed:
            pytest.fail("; ".join(missed), pytrace=False)

    return hold


@pytest.fixture
def needs(pytestconfig: pytest.Config) -> Callable[[str, str], None]:
    """Leave a row out where a library is not installed, and say so in the table."""

    def needs(library: str, what: str) -> None:
        if find_spec(library) is None:
            why = f"{library} is not installed (pip install -e '.[bench]')"
            pytestconfig.stash[_TABLE].append(LeftOut(what, why))
            pytest.skip(why)

    return needs


@pytest.fixture(scope="session")
def digits() -> Digits:
    """The model and its test images."""
    from benchmarks.cnn import digits

    return digits()


@pytest.fixture(scope="session")
def bare(digits: Digits) -> Bare:
    """The same model, compiled by hand."""
    from benchmarks.bare import Bare
    from benchmarks.cnn import BATCH

    return Bare(digits.model, batch=BATCH)
