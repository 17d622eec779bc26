"""Prints what did not pass as annotations, where GitHub's runner reads along."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_robust.core.readable import readable

if TYPE_CHECKING:
    from pytest_robust.plugin.session import Session

__all__ = ["Annotations"]


class Annotations:
    """Lives where reports arrive: in the one process, or in xdist's controller.

    Args:
        session: Holds the records.
        root: What the paths in reports start from.
    """

    def __init__(self, session: Session, root: Path) -> None:
        self._session, self._root = session, root
        # The root of the repository on GitHub's runner.
        self._workspace = Path(os.path.realpath(os.environ.get("GITHUB_WORKSPACE") or root))
        self._locations: dict[str, tuple[str, int | None]] = {}

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember where a test stands that made checks."""
        if getattr(report, "robust_records", ""):
            self._locations[readable(report.nodeid)] = report.location[0], report.location[1]

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print them, after the tables for people."""
        if not self._locations and self._session.gated is None:
            return
        from pytest_robust.reporting import Place, annotation_lines

        places = {
            nodeid: Place(file=self._shown(file), line=None if line is None else line + 1)
            for nodeid, (file, line) in self._locations.items()
        }
        for line in annotation_lines(self._session.run(), places):
            terminalreporter.write_line(line)

    def _shown(self, file: str) -> str:
        # Where links lead out of the repository and back, only the paths without them are comparable.
        path = Path(os.path.realpath(self._root / file))
        inside = path.is_relative_to(self._workspace)
        return (path.relative_to(self._workspace) if inside else Path(file)).as_posix()
