"""Which tests of a session were run, and which were not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_robust.core.readable import readable
from pytest_robust.plugin._deselected import DESELECTED
from pytest_robust.plugin._gate_reports import PREFIX

if TYPE_CHECKING:
    from pytest_robust.core.ran import Ran
    from pytest_robust.core.shard import Shard

__all__ = ["Selection"]

_SELECTING = {
    "lf": "--lf",
    "stepwise": "--stepwise",
    "ignore": "--ignore",
    "ignore_glob": "--ignore-glob",
    "collectonly": "--collect-only",
}


class Selection:
    """Lives where reports arrive: in the one process, or in xdist's controller.

    Args:
        config: Of pytest.
        shard: Which examples are looked at, None for all.
    """

    def __init__(self, config: pytest.Config, shard: Shard | None) -> None:
        self._config, self._shard = config, shard
        self._tests: set[str] = set()
        self._failed: set[str] = set()
        self._left_out: set[str] = set()

    @pytest.hookimpl
    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Remember the tests left out in this process."""
        self._left_out |= {readable(item.nodeid) for item in items}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401 - xdist's own
        """Remember the tests a worker left out; all workers leave out the same ones."""
        told = getattr(node, "workeroutput", None) or {}
        self._left_out |= set(told.get(DESELECTED, ()))

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a test that ran."""
        if not report.nodeid.startswith(f"{PREFIX}::"):
            self._tests.add(readable(report.nodeid))
            if report.failed:
                self._failed.add(readable(report.nodeid))

    def ran(self) -> Ran:
        """Return what was run so far."""
        from pytest_robust.core.ran import Ran

        words = [word for name, word in _SELECTING.items() if self._config.getoption(name, default=None)]
        words += [argument for argument in self._config.args if "::" in argument]
        return Ran(
            tests=tuple(sorted(self._tests)),
            left_out=tuple(sorted(self._left_out)),
            limits=tuple(f"only some tests were asked for: {word}" for word in words),
            failed=tuple(sorted(self._failed)),
            shard="" if self._shard is None else str(self._shard),
        )
