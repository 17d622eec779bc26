"""The records of a session: gathered from test reports, shown and written at the end."""

from __future__ import annotations

import json
import platform
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_robust.core.gated import Gated
    from pytest_robust.core.record import Run
    from pytest_robust.core.turned import Turned
    from pytest_robust.plugin.selection import Selection
    from pytest_robust.plugin.settings import Settings
    from pytest_robust.reporting import Series, Terminal

__all__ = ["Session", "terminal_of"]

_PACKAGES = ("pytest", "numpy", "keras", "tensorflow", "torch", "jax", "scikit-learn", "hypothesis")

# Digits of a commit that tell it from the others of a project.
_SHORT = 10

# Runs that the page draws; `pytest-robust show --history` shows all of them.
_DRAWN = 50


class Session:
    """Lives where reports arrive: in the one process, or in xdist's controller.

    Args:
        settings: What to show and to write.
        root: Where `.robust/` goes.
        selection: Knows which tests were run.
    """

    def __init__(self, settings: Settings, root: Path, selection: Selection) -> None:
        self._settings, self._root, self.selection = settings, root, selection
        self._strings: list[str] = []
        self._turned: list[str] = []
        self._figures: list[str] = []
        self._interrupted = False
        self._complete = False
        self._written: list[str] = []
        self._unwritten: list[str] = []
        # What the gate made of the session, where there is one.
        self.gated: Gated | None = None

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the records that travelled on a report."""
        text = getattr(report, "robust_records", "")
        if text:
            self._strings.append(text)
        turned = getattr(report, "robust_turned", "")
        if turned:
            self._turned.append(turned)
        figures = getattr(report, "robust_figures", "")
        if figures:
            self._figures.append(figures)

    @pytest.hookimpl
    def pytest_keyboard_interrupt(self) -> None:
        """Remember that not everything was run."""
        self._interrupted = True

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the reports."""
        stopped = self._interrupted or session.shouldstop or session.shouldfail
        self._complete = not stopped and exitstatus in {0, 1, 5}
        if not self._settings.outputs and not (self._settings.report and (self._strings or self._figures)):
            return
        run = self._shown()
        if self._settings.report and self._complete and run.records and self._settings.policy.shard is None:
            # Before the page, which draws it.
            self._add_to_history(session, run)
        from pytest_robust.reporting import Target, history, read_runs

        targets = list(self._settings.outputs)
        past: tuple[Series, ...] = ()
        if self._settings.report:
            folder = self._root / ".robust"
            targets += [Target(format=name, path=folder / f"report.{name}") for name in ("html", "json", "md")]
            past = history(read_runs(self._runs, last=_DRAWN).runs)
        for target in targets:
            try:
                target.write(run, past=past)
                self._written.append(str(target.path))
            except OSError as error:
                # A report that was asked for and is not there must not look like success.
                self._unwritten.append(f"{target.path}: {error}")
                session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    @property
    def _runs(self) -> Path:
        return self._root / ".robust" / "runs"

    def _add_to_history(self, session: pytest.Session, run: Run) -> None:
        from pytest_robust.gates.commit import commit_of
        from pytest_robust.reporting import keep_run

        commit, *dirty = commit_of(self._root).split("-")
        name = self._settings.run_name or "-".join([commit[:_SHORT], *dirty]) or self._root.name
        try:
            self._written.append(str(keep_run(self._runs, run, name=name)))
        except OSError as error:
            self._unwritten.append(f"{self._runs}: {error}")
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """Show the table, and where the page is."""
        if not self._settings.report or not (self._strings or self._figures or self._written):
            for line in self._unwritten:
                terminalreporter.write_line(f"robust: not written: {line}", red=True)
            return
        run = self._shown()
        terminal = terminal_of(terminalreporter)
        if config.get_verbosity() < 0:
            terminalreporter.write_line(terminal.line(run))
        else:
            terminalreporter.section("robustness")
            terminalreporter.write(terminal.render(run))
        for path in self._written:
            terminalreporter.write_line(f"robust: wrote {path}")
        for line in self._unwritten:
            terminalreporter.write_line(f"robust: not written: {line}", red=True)

    def _shown(self) -> Run:
        """Return the run as reports show it: where examples must not be public, without their scores."""
        run = self.run()
        if self._settings.gating.single_examples:
            return run
        return replace(run, records=tuple(replace(record, scores=None, groups=None) for record in run.records))

    def turned(self) -> dict[str, Turned]:
        """Return the examples on which checks and their baseline differ, by the ids of the checks."""
        from pytest_robust.core.turned import Turned

        told = [item for text in self._turned for item in json.loads(text).items()]
        return {name: Turned.from_dict(values) for name, values in told}

    def run(self) -> Run:
        """Return what was measured so far."""
        from pytest_robust import __version__
        from pytest_robust.core.figure import Figure
        from pytest_robust.core.record import Record, Run, in_order

        figures = [Figure(**values) for text in self._figures for values in json.loads(text)]
        records = [Record.from_dict(values) for text in self._strings for values in json.loads(text)]
        policy = self._settings.policy
        return Run(
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            tool=f"pytest-robust {__version__}",
            environment={"python": platform.python_version(), "platform": platform.platform(), **_versions()},
            settings={
                "claim": policy.claim.value,
                "confidence": f"{policy.confidence:g}",
                "error": f"{policy.error:g}",
                "seed": str(policy.seed),
                "samples": str(policy.samples or "all"),
                "exact": "yes" if policy.exact else "no",
                **_battery(self._settings),
            },
            # By test, not by arrival: the same with any number of workers, in any order.
            records=in_order(records),
            complete=self._complete,
            gate=self.gated,
            ran=self.selection.ran(),
            figures=in_order(figures),
        )


def terminal_of(reporter: pytest.TerminalReporter) -> Terminal:
    """Return what writes tables as wide and as colourful as pytest does."""
    from pytest_robust.reporting import Terminal

    width = reporter._tw.fullwidth  # noqa: SLF001 - pytest has no public width of the terminal
    encoding = getattr(reporter._tw._file, "encoding", None)  # noqa: SLF001 - likewise
    return Terminal(width=width, colour=reporter.hasmarkup, encoding=encoding or "ascii")


def _battery(settings: Settings) -> dict[str, str]:
    """Return how much of a model without a test file is looked at."""
    if not settings.battery:
        return {}
    from pytest_robust.plugin._battery_checks import PROFILES

    samples = PROFILES[settings.profile].samples if settings.samples is None else settings.samples
    return {"battery": f"{settings.profile} profile, {f'{samples} examples at most' if samples else 'all examples'}"}


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
