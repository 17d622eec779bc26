"""A session as a release: held to the one before it, and kept for the one after it."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pytest_robust.core.baseline import Baseline, named
from pytest_robust.core.errors import InvalidArgument, InvalidBaseline
from pytest_robust.core.gated import Gated
from pytest_robust.core.verdict import Decision
from pytest_robust.gates.gate import Terms, gate
from pytest_robust.gates.waiver import Waiver
from pytest_robust.plugin._deselected import DESELECTED
from pytest_robust.plugin._gate_reports import emit
from pytest_robust.plugin.session import terminal_of

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from pytest_robust.core.record import Run
    from pytest_robust.plugin.gating import Gating
    from pytest_robust.plugin.session import Session

__all__ = ["Release"]

_SELECTING = {
    "lf": "--lf",
    "stepwise": "--stepwise",
    "ignore": "--ignore",
    "ignore_glob": "--ignore-glob",
    "collectonly": "--collect-only",
}


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
        self._deselected: Counter[str] = Counter()
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

    @pytest.hookimpl
    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Count the tests left out in this process."""
        self._deselected[""] += len(items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401 - xdist's own
        """Count the tests a worker left out."""
        told = getattr(node, "workeroutput", None) or {}
        self._deselected[node.gateway.id] += told.get(DESELECTED, 0)

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
            gated = gate(self._baseline, self._session.run(), self._terms, lacking=tuple(self._lacking()))
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

    def _lacking(self) -> list[str]:
        """Return what was not run, a sentence each."""
        # All workers leave out the same tests.
        deselected = max(self._deselected.values(), default=0)
        found = [f"{deselected} test{'s were' if deselected > 1 else ' was'} deselected"] if deselected else []
        found += [f"only some tests were asked for: {word}" for name, word in _SELECTING.items() if self._given(name)]
        found += [f"only some tests were asked for: {argument}" for argument in self._config.args if "::" in argument]
        return found

    def _given(self, name: str) -> bool:
        return bool(self._config.getoption(name, default=None))

    def _save(self, session: pytest.Session, path: Path) -> None:
        from pytest_robust.reporting import write

        run = self._session.run()
        against = self._against(session, run)
        checks = len(named(run))
        accept = self._gating.accept
        if not checks or (against and not accept):
            why = "; ".join(against) or "it would hold no check"
            hint = '; if it must be: --robust-accept="reason"' if checks else ""
            self._told.append((f"robust: baseline {path} not saved: {why}{hint}", True))
        else:
            scores = self._gating.detail == "examples"
            accepted = f"{accept} ({'; '.join(against)})" if against else ""
            kept = Baseline.of(run, commit=_commit(self._config.rootpath), accepted=accepted, scores=scores)
            try:
                write(path, kept.to_json())
            except OSError as error:
                self._told.append((f"robust: baseline {path} not saved: {error}", True))
            else:
                self._told.append((f"robust: saved {checks} check{'s' * (checks > 1)} as baseline {path}", False))
                return
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    def _against(self, session: pytest.Session, run: Run) -> list[str]:
        """Return what speaks against keeping the run, a sentence each."""
        stopped = session.shouldstop or session.shouldfail
        # Not by the exit status alone: pytest.exit may ask for one of success.
        found = [] if self._ended else [f"the run did not come to its end{f': {stopped}' if stopped else ''}"]
        if session.exitstatus and self._ended:
            found.append(f"the run did not succeed: exit status {int(session.exitstatus)}")
        found += self._lacking()
        poor = Counter(record.decision for record in run.records if record.decision != Decision.PASS.value)
        return found + [f"{count} of {len(run.records)} checks came to {word}" for word, count in sorted(poor.items())]


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


def _commit(root: Path) -> str:
    """Return the git commit checked out, with -dirty where files differ from it; empty where there is none."""
    git = shutil.which("git")
    if git is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            [git, "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"],
            cwd=root,
            # Bytes: what git complains of names folders, which the environment's encoding may not read.
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("ascii", errors="replace").strip() if done.returncode == 0 else ""
