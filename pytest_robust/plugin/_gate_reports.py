"""The gate's verdicts as results of pytest: in FAILURES, the summary, JUnit and the exit status."""

from __future__ import annotations

from functools import partial
from time import time
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.junitxml import LogXML

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_robust.core.gated import Gated, GatedCheck

__all__ = ["PREFIX", "emit"]

PREFIX = "robust-gate"

# They remember what failed, to run it again first or alone; a comparison is nothing that they could run.
_RERUNNERS = ("lfplugin", "stepwiseplugin")


def emit(session: pytest.Session, gated: Gated, *, counted: int) -> None:
    """Tell pytest of each check as of a test that ran.

    Args:
        session: Under way, its tests done.
        gated: What the release comes to.
        counted: How many of the checks the session's number of tests holds already.
    """
    config = session.config
    plugins = [config.pluginmanager.get_plugin(name) for name in _RERUNNERS]
    logreport = config.pluginmanager.subset_hook_caller(
        "pytest_runtest_logreport", remove_plugins=[plugin for plugin in plugins if plugin is not None]
    )
    files = [plugin for plugin in config.pluginmanager.get_plugins() if isinstance(plugin, LogXML)]
    # Progress is a share of this number.
    session.testscollected += len(gated.checks) - counted
    for check in gated.checks:
        nodeid = f"{PREFIX}::{check.check}"
        # Not the node's id: pytest takes the dots in an end of it for those of classes.
        location = (PREFIX, None, f"{PREFIX} {check.check}")
        config.hook.pytest_runtest_logstart(nodeid=nodeid, location=location)
        for report in _reports(check, nodeid, location):
            for file in files if "[" in nodeid else ():
                # pytest 9.2 closes the bracket once more, behind the id; a name that is given stands.
                file.node_reporter(report).add_attribute("name", _name(nodeid))
            logreport(report=report)
        config.hook.pytest_runtest_logfinish(nodeid=nodeid, location=location)


def _reports(check: GatedCheck, nodeid: str, location: tuple[str, None, str]) -> Iterator[pytest.TestReport]:
    now = time()
    words = f"{check.decision}: {check.reason}" + (f"\ntry: {check.remedy}" if check.remedy else "")
    for when in ("setup", "call", "teardown"):
        failed = when == "call" and not check.lets_through
        made = partial(
            pytest.TestReport,
            location=location,
            keywords={},
            outcome="failed" if failed else "passed",
            longrepr=words if failed else None,
            when=when,
            duration=0.0,
            start=now,
            stop=now,
        )
        report = made(nodeid=nodeid)
        parsed = getattr(report, "id", None)
        # pytest 9.2 takes all that follows a bracket for parameters, and a check's id goes on after them.
        yield report if parsed is None else made(nodeid=_whole(type(parsed), nodeid))


def _name(nodeid: str) -> str:
    before, bracket, behind = nodeid.partition("[")
    return before.rpartition("::")[2] + bracket + behind


def _whole(kind: Callable[..., Any], nodeid: str) -> Any:  # noqa: ANN401 - pytest's own
    path, *names = nodeid.split("::")
    return kind(path=path, names=tuple(names))
