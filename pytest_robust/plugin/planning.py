"""`--robust-plan`: what the checks of a session would cost and could tell. Nothing is judged."""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any

import pytest

from pytest_robust.core.planned import Planned
from pytest_robust.gates.planning import Planning
from pytest_robust.plugin.running import RUNNING
from pytest_robust.plugin.session import terminal_of

if TYPE_CHECKING:
    from pytest_robust.plugin.settings import Settings

__all__ = ["PlanRun", "PlanSession", "planning"]

_PLAN = pytest.StashKey[list[Planned]]()
_LAST_FAILED = "cache/lastfailed"
_STOPPED = pytest.StashKey[str]()


class PlanRun:
    """Lives where tests run: has their checks planned, and keeps the tests from coming to a result."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave alone what states no check."""
        for item in items:
            named = "robust" in getattr(item, "fixturenames", ())
            own = type(item).__module__.startswith("pytest_robust.")
            if not (named or own or item.get_closest_marker("robust")):
                item.add_marker(pytest.mark.skip(reason="--robust-plan: states no check"))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Run the body, and skip the test with what was planned."""
        try:
            yield
        except (AssertionError, pytest.fail.Exception) as error:
            # An assertion about a number may fail on ten examples, and says nothing about all of them.
            line = (str(error).splitlines() or ["an assertion"])[0]
            item.stash[_STOPPED] = f"{item.nodeid}, what comes after: {line}"
        pytest.skip(f"planned: {_checks(len(item.stash.get(_PLAN, [])))}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put the plan of the phase on its report, as one string: xdist carries nothing but plain values."""
        report = yield
        found, stopped = item.stash.get(_PLAN, []), item.stash.get(_STOPPED, "")
        item.stash[_PLAN], item.stash[_STOPPED] = [], ""
        if found or stopped:
            plan = [one.to_dict() for one in found]
            if report.skipped:
                # Where the test stands, rather than the hook that skipped it.
                path, line, _ = item.reportinfo()
                report.longrepr = (str(path), (line or 0) + 1, f"planned: {_checks(len(found))}")
            report.__dict__["robust_plan"] = json.dumps({"plan": plan, "stopped": stopped}, allow_nan=False)
        return report


class PlanSession:
    """Lives where reports arrive: in the one process, or in xdist's controller.

    Args:
        settings: Of the session.
        config: Of pytest.
    """

    def __init__(self, settings: Settings, config: pytest.Config) -> None:
        self._settings = settings
        self._cache: pytest.Cache | None = getattr(config, "cache", None)
        # A skipped test counts as one that does not fail any more.
        self._failed = None if self._cache is None else self._cache.get(_LAST_FAILED, None)
        self._plan: list[Planned] = []
        self._lacking: list[str] = []

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the plan that travelled on a report."""
        told = json.loads(getattr(report, "robust_plan", "{}"))
        self._plan += [Planned.from_dict(values) for values in told.get("plan", ())]
        self._lacking += [told["stopped"]] if told.get("stopped") else []
        if report.failed:
            self._lacking.append(f"{report.nodeid}, which failed")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Leave what --lf knows as it was."""
        if self._cache is not None and self._failed is not None:
            self._cache.set(_LAST_FAILED, self._failed)

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the plan."""
        terminalreporter.section("robust plan")
        # By test, not by arrival: the same with any number of workers.
        plan = sorted(self._plan, key=lambda one: (one.nodeid.partition("::")[0], one.nodeid))
        budget = self._settings.deadline.budget if self._settings.deadline is not None else inf
        terminalreporter.write(terminal_of(terminalreporter).plan(plan, lacking=self._lacking, budget=budget))


def _checks(number: int) -> str:
    return f"{number} check{'' if number == 1 else 's'}"


def planning() -> Planning:
    """Return what answers measurements in a session that judges nothing."""
    return Planning(_told)


def _told(planned: Planned) -> None:
    """Keep the plan of a check with its test; one that is the same again is drawn by a property."""
    item: Any = RUNNING.get()
    if item is None:
        return
    kept = item.stash.setdefault(_PLAN, [])
    told = replace(planned, nodeid=item.nodeid)
    for turn, one in enumerate(kept):
        if replace(one, draws=1) == told:
            kept[turn] = replace(one, draws=one.draws + 1)
            return
    kept.append(told)
