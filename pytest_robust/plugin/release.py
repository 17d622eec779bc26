"""A session as a release: held to the one before it, and kept for the one after it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pytest_robust.core.baseline import Baseline, named
from pytest_robust.core.errors import InvalidArgument, InvalidBaseline, InvalidReport
from pytest_robust.core.gated import Gated
from pytest_robust.gates.commit import commit_of
from pytest_robust.gates.gate import Terms, gate
from pytest_robust.gates.keep import keep, shortfalls
from pytest_robust.gates.waiver import Waiver
from pytest_robust.plugin._gate_reports import emit
from pytest_robust.plugin.session import terminal_of

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from pytest_robust.core.record import Run
    from pytest_robust.plugin.gating import Gating
    from pytest_robust.plugin.session import Session

__all__ = ["Release"]


class Release:
    """Lives where reports arrive: in the one process, or in xdist's controller.

    Args:
        gating: What to do.
        session: Holds the records.
        config: Of pytest.

    Raises:
        UsageError: The baseline is none, or a waiver names nothing in it.
    """

    def __init__(self, gating: Gating, session: Session, config: pytest.Config) -> None:
        self._gating, self._session, self._config = gating, session, config
        self._told: list[tuple[str, bool]] = []
        self._ended = False
        self._baseline: Baseline | None = None
        if not gating.gate:
            return
        self._baseline = None if gating.first_release else _read(gating.baseline)
        self._terms = _terms(gating, self._baseline, config)
        # What stands here while nothing better is known is no verdict.
        session.gated = Gated(
            evaluated=False, baseline=self._terms.source, first=self._baseline is None, margin=gating.margin
        )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Judge once all tests are done, and only then."""
        gating = self._gating.gate and not self._config.getoption("collectonly")
        # Counted from the start, so that progress does not reach its end twice; xdist's controller
        # writes its own number over it once its workers have collected.
        early = gating and self._baseline is not None and not self._config.pluginmanager.hasplugin("dsession")
        counted = len(self._baseline.checks) if early and self._baseline is not None else 0
        session.testscollected += counted
        # What interrupts the tests comes out of here, past all that follows.
        result = yield
        self._ended = not (session.shouldstop or session.shouldfail)
        if gating and self._ended:
            gated = gate(
                self._baseline,
                self._session.run(),
                self._terms,
                lacking=self._session.selection.ran().lacking,
                turned=self._session.turned(),
            )
            self._session.gated = gated
            emit(session, gated, counted=counted)
        return result

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Save the baseline, and see that no exit status says more than is known."""
        gated = self._session.gated
        if gated is not None and not gated.passed and not self._config.getoption("collectonly"):
            # pytest.exit may ask for a status of success.
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
        if self._gating.save is not None:
            self._save(session, self._gating.save)

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show what the release comes to."""
        gated = self._session.gated
        if gated is not None:
            terminal = terminal_of(terminalreporter)
            quiet = self._config.get_verbosity() < 0
            if not quiet:
                terminalreporter.section("robust gate")
            terminalreporter.write(terminal.gate(gated, quiet=quiet))
        for line, bad in self._told:
            terminalreporter.write_line(line, red=bad)

    def _save(self, session: pytest.Session, path: Path) -> None:
        from pytest_robust.reporting import write

        run = self._session.run()
        checks = len(named(run))
        try:
            kept = keep(
                run,
                against=self._against(session, run),
                accept=self._gating.accept,
                how="--robust-accept",
                commit=commit_of(self._config.rootpath),
                scores=self._gating.single_examples,
            )
            write(path, kept.to_json())
        except (InvalidReport, OSError) as error:
            self._told.append((f"robust: baseline {path} not saved: {error}", True))
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
        else:
            self._told.append((f"robust: saved {checks} check{'s' * (checks > 1)} as baseline {path}", False))

    def _against(self, session: pytest.Session, run: Run) -> list[str]:
        """Return what speaks against keeping the run, a sentence each."""
        stopped = session.shouldstop or session.shouldfail
        # Not by the exit status alone: pytest.exit may ask for one of success.
        found = [] if self._ended else [f"the run did not come to its end{f': {stopped}' if stopped else ''}"]
        if session.exitstatus and self._ended:
            found.append(f"the run did not succeed: exit status {int(session.exitstatus)}")
        return [*found, *self._session.selection.ran().lacking, *shortfalls(run)]


def _read(path: Path | None) -> Baseline:
    try:
        # Bytes that are no text come out as some other file, not as an error of their own.
        return Baseline.from_json(path.read_text(encoding="utf-8", errors="replace") if path is not None else "")
    except OSError as error:
        raise pytest.UsageError(f"--robust-baseline={path} cannot be read: {error.strerror}") from None
    except InvalidBaseline as error:
        raise pytest.UsageError(f"--robust-baseline={path}: {error}") from None


def _terms(gating: Gating, baseline: Baseline | None, config: pytest.Config) -> Terms:
    known = [check.check for check in baseline.checks] if baseline is not None else []
    try:
        waivers = tuple(Waiver.of(line, known) for line in gating.waive)
    except InvalidArgument as error:
        raise pytest.UsageError(f"robust_waive: {error}") from None
    source = gating.baseline.name if gating.baseline is not None and baseline is not None else "no baseline"
    shown = gating.baseline or config.rootpath / "robust-baseline.json"
    if shown.is_relative_to(config.invocation_params.dir):
        shown = shown.relative_to(config.invocation_params.dir)
    return Terms(
        margin=gating.margin,
        waivers=waivers,
        today=datetime.now(UTC).date(),
        source=source,
        refresh=f"pytest --robust-save-baseline={shown}",
    )
