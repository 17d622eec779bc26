"""Checks without code: a `robust.toml` beside the tests."""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_robust.core.errors import InvalidData, InvalidModel, RobustError
from pytest_robust.plugin._ids import bearable, call
from pytest_robust.plugin._spec_page import SpecError
from pytest_robust.plugin._spec_reading import Source, Spec
from pytest_robust.plugin.marker_checks import HasSubject
from pytest_robust.plugin.progress import watcher_of
from pytest_robust.plugin.robust import Robust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_robust.gates.subject import Subject
    from pytest_robust.plugin.settings import Settings

__all__ = ["SpecFile"]


class SpecFile(pytest.File):
    """A `robust.toml`: what it names is loaded by the first of its checks that runs."""

    _settings: Settings
    _spec: Spec
    _robust: Robust | None = None

    @classmethod
    def of(cls, parent: pytest.Collector, path: Path, settings: Settings) -> SpecFile:
        """Return the collector of a file."""
        made: SpecFile = cls.from_parent(parent, path=path)
        made._settings = settings
        return made

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the checks.

        Raises:
            CollectError: The file has a mistake, or names a file that cannot be loaded.
        """
        try:
            self._spec = Spec.read(self.path, shown=self.nodeid)
            # A machine without the models skips their checks, and needs no file.
            for source in () if self._settings.disable else self._spec.sources:
                source.check(allow_pickle=self._settings.policy.allow_pickle)
        except SpecError as error:
            raise self.CollectError(str(error)) from None
        if self._spec.policy:
            self.add_marker(pytest.mark.robust(**self._spec.policy))
        for check in self._spec.checks:
            # As a text: of the name alone, pytest would not take [..] for what --lf remembers it by.
            name = bearable(check.name)
            nodeid = f"{self.nodeid}::{name}"
            item: _Check = _Check.from_parent(self, name=name, nodeid=nodeid, line=check.line)
            call(item, f"{self.nodeid}::{check.name}")
            # The words of a check are those of the marker, and so is all that happens with them.
            item.add_marker(pytest.mark.robust(**check.words))
            yield item

    def subject(self) -> Subject:
        """Return the model with its examples, by the policy of the test under way.

        Raises:
            RobustError: They cannot be loaded.
            SpecError: A module has no such thing.
        """
        if self._robust is None:
            self._robust = Robust(self._settings, watcher_of(self.config))
        return self._robust(self._model, self._data, bounds=self._spec.bounds, name=self._spec.model.shown)

    def told(self, error: RobustError, line: int) -> str:
        """Return what stopped a check, with the line of the file that it is about.

        Args:
            error: What was raised.
            line: Of the check.
        """
        if isinstance(error, InvalidData):
            hint = "; here as bounds = [0, 255]" if "bounds=" in str(error) else ""
            return f"{self._spec.data.place}: {error}{hint}"
        place = self._spec.model.place if isinstance(error, InvalidModel) else f"{self.nodeid}:{line}"
        return f"{place}: {error}"

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401 - any framework's
        return self._native(self._spec.model)

    @cached_property
    def _data(self) -> Any:  # noqa: ANN401 - any form
        return self._native(self._spec.data)

    def _native(self, source: Source) -> Any:  # noqa: ANN401 - what the module holds
        if source.path is not None:
            return source.path
        # The file's folder is to its modules what a test's folder is to the test's.
        mode, folder = self.config.getoption("importmode"), str(self.path.parent)
        if mode != "importlib" and folder not in sys.path:
            sys.path.insert(0 if mode == "prepend" else len(sys.path), folder)
        return source.imported()


class _Check(HasSubject):
    """One check of a file."""

    def __init__(self, *, line: int, **node: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**node)
        self._line = line

    def subject(self) -> Subject:
        """Return what the file names."""
        return self._owner.subject()

    @property
    def _owner(self) -> SpecFile:
        owner = self.getparent(SpecFile)
        assert owner is not None
        return owner

    def runtest(self) -> None:
        """Do nothing: the marker is the check."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str | Any:  # type: ignore[override]  # noqa: ANN401 - pytest's own
        """Return the message alone for what the package itself raises."""
        if isinstance(excinfo.value, RobustError):
            return self._owner.told(excinfo.value, self._line)
        if isinstance(excinfo.value, SpecError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where it stands, counting lines from 0 as pytest does."""
        return self.path, self._line - 1, self.name
