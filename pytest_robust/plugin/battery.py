"""The checks that run without a test file: `pytest --robust-model=model.keras --robust-data=test.npz`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pytest_robust.adapters import adapt, dataset, raw_data
from pytest_robust.core.errors import RobustError
from pytest_robust.core.model import Differentiable
from pytest_robust.core.verdict import Decision
from pytest_robust.plugin._battery_checks import PROFILES, checks, sequence_bounds, takes_gaps
from pytest_robust.plugin.progress import watcher_of
from pytest_robust.plugin.robust import Robust

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_robust.gates.subject import Subject
    from pytest_robust.plugin._battery_checks import BatteryCheck
    from pytest_robust.plugin.settings import Settings

__all__ = ["Battery"]


class Battery(pytest.Collector):
    """The model and the data that the command line names, each check an item.

    Nothing is compared with a bar: an item fails where the model cannot be measured, or where
    an attack proves nothing, or the time did not suffice.
    """

    _checks: tuple[BatteryCheck, ...] = ()
    _mistake = ""

    @classmethod
    def of(cls, session: pytest.Session, settings: Settings) -> Battery:
        """Return the battery of a session.

        Raises:
            UsageError: Model, data or training data cannot be read.
        """
        battery: Battery = cls.from_parent(session, name="robust-battery", nodeid="robust-battery")
        battery.load(settings)
        return battery

    def load(self, settings: Settings) -> None:
        """Read the model and the data.

        Raises:
            UsageError: One cannot be read.
        """
        try:
            self._read(settings)
        except (RobustError, OSError) as error:
            hint = "; on the command line: --robust-bounds=LOW:HIGH" if "bounds=" in str(error) else ""
            mistake = f"--robust-model and --robust-data: {error}{hint}"
            if not hasattr(self.config, "workerinput"):
                raise pytest.UsageError(mistake) from None
            # xdist loses what a worker raises here: no test would run, and all would look well.
            self._mistake = mistake

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the checks, the cheapest first."""
        if self._mistake:
            yield _Mistake.from_parent(self, name="usage", mistake=self._mistake, nodeid=f"{self.nodeid}::usage")
        for check in self._checks:
            yield _Item.from_parent(self, name=check.name, check=check, nodeid=f"{self.nodeid}::{check.name}")

    def _read(self, settings: Settings) -> None:
        raw = raw_data(settings.data)
        bounds = settings.bounds or sequence_bounds(dataset(raw))
        data = dataset(raw, bounds)
        self._checks = tuple(checks(data, settings.profile, train=settings.train))
        model = adapt(settings.model, allow_pickle=settings.policy.allow_pickle, columns=raw.columns)
        self.gradients = isinstance(model, Differentiable)
        self.takes_gaps = any(check.gaps for check in self._checks) and takes_gaps(model, data)
        self.source: Path = settings.model  # type: ignore[assignment]  # given, or there is no battery
        # By the name of its file: adapting has hidden it.
        samples = PROFILES[settings.profile].samples if settings.samples is None else settings.samples
        sized = replace(settings, policy=replace(settings.policy, samples=samples))
        robust = Robust(sized, watcher_of(self.config))
        self.subject: Subject = robust(model, data, bounds=bounds, name=self.source.name)


class _Mistake(pytest.Item):
    """What the command line got wrong, where a usage error cannot be told."""

    def __init__(self, *, mistake: str, **node: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**node)
        self._mistake = mistake

    def runtest(self) -> None:
        """Fail."""
        pytest.fail(self._mistake, pytrace=False)


class _Item(pytest.Item):
    """One check of the battery."""

    def __init__(self, *, check: BatteryCheck, **node: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**node)
        self._check = check

    def runtest(self) -> None:
        """Measure, and fail where the number proves nothing."""
        battery = self.getparent(Battery)
        assert battery is not None
        if self._check.white_box and not battery.gradients:
            pytest.skip("the model gives no gradients, which this attack follows")
        if self._check.gaps and not battery.takes_gaps:
            pytest.skip("the model takes no missing values")
        verdict = self._check.measurement(battery.subject).report()
        if verdict.decision in {Decision.INVALID, Decision.UNDECIDED}:
            pytest.fail(verdict.explanation, pytrace=False)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str | Any:  # type: ignore[override]  # noqa: ANN401 - pytest's own
        """Return the message alone for what the package itself raises."""
        if isinstance(excinfo.value, RobustError):
            return f"{self._check.name}: {excinfo.value}"
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return where it stands: the model's file."""
        battery = self.getparent(Battery)
        assert battery is not None
        # Not the name alone: pytest takes the dots in an end of the node's id for those of classes.
        return battery.source, None, f"{battery.name} {self.name}"
