"""Saved counterexamples: written while checks fail, asked about again by `--robust-replay=FILE`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytest_robust.adapters import adapt
from pytest_robust.core.arrays import Outputs
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.counterexample import Counterexample
from pytest_robust.core.criteria import answers
from pytest_robust.core.errors import InvalidData, RobustError
from pytest_robust.core.example import Picture
from pytest_robust.core.model import Classifier, Model
from pytest_robust.core.record import Record
from pytest_robust.evaluation.probe import ask
from pytest_robust.plugin.marker_checks import HasSubject
from pytest_robust.plugin.running import RUNNING
from pytest_robust.reporting import png
from pytest_robust.reporting import save as save_file

__all__ = ["Replay", "read", "save"]

# Names of files have an end on every system; ids of long chains have none.
_LONGEST = 120


def save(folder: Path, found: tuple[Counterexample, ...], record: Record) -> list[str]:
    """Save the inputs that broke a check, and return what to say of them.

    Args:
        folder: Where.
        found: The inputs.
        record: The check's.
    """
    # Two tests may make the same check of two models.
    owner = sha256(f"{record.nodeid} {record.model}".encode()).hexdigest()[:6]
    versions = {name: version(name) for name in ("pytest-robust", "numpy")}
    lines = []
    for one in found:
        told = replace(one, model=record.model, check=record.id, nodeid=record.nodeid, versions=versions)
        path = folder / f"{record.id[:_LONGEST]}-{owner}-{one.index}.npz"
        try:
            save_file(path, told.to_bytes())
        except (OSError, InvalidData) as error:
            lines.append(f"x[{one.index}] is not saved: {error}")
        else:
            lines.append(f"x[{one.index}]: pytest --robust-replay={path}")
    return lines


def read(path: Path) -> Counterexample:
    """Return the counterexample of a file.

    Raises:
        UsageError: The file holds none.
    """
    try:
        return Counterexample.from_bytes(path.read_bytes())
    except (InvalidData, OSError) as error:
        raise pytest.UsageError(
            f"--robust-replay={path}: {error}; with --robust-report, failing checks save theirs in "
            ".robust/counterexamples/"
        ) from None


class Replay:
    """Runs a saved counterexample in the place of all tests, and tells what came of it.

    Args:
        path: The file.
        found: What it holds.
        allow_pickle: Whether loading a model may run code that it contains.
    """

    def __init__(self, path: Path, found: Counterexample, *, allow_pickle: bool) -> None:
        self._path, self._found, self._allow_pickle = path, found, allow_pickle

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Put it in the place of all tests, where it was found if that is there: a fixture may be overridden there."""
        finder = next((item for item in items if item.nodeid == self._found.nodeid), None)
        others = list(items)
        if isinstance(finder, HasSubject):
            asked: Callable[..., None] = partial(self._of_subject, finder)
        else:
            asked = self._of_fixture
        parent: Any = (finder or items[0]).getparent(pytest.Module) if items else None
        items[:] = [pytest.Function.from_parent(parent or session, name="robust-replay", callobj=asked)]
        config.hook.pytest_deselected(items=others)

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell of one that no longer breaks the model; of one that does, the failure tells."""
        for report in terminalreporter.stats.get("passed", []):
            for name, text in report.user_properties:
                if name == "robust_replay":
                    terminalreporter.section("replay")
                    terminalreporter.write_line(str(text))

    def _of_fixture(self, robust_model: Any) -> None:  # noqa: ANN401 - any framework's
        self._ask(robust_model)

    def _of_subject(self, item: HasSubject) -> None:
        self._ask(item.subject().model)

    def _ask(self, native: Any) -> None:  # noqa: ANN401 - any framework's
        found = self._found
        try:
            model = adapt(native, allow_pickle=self._allow_pickle)
            before, after = (ask(model, x, about_classes=True, rows=1) for x in (found.clean, found.changed))
        except (RobustError, OSError) as error:
            pytest.fail(f"--robust-replay={self._path}: the model cannot be asked: {error}", pytrace=False)
        wanted = answers(before) if found.target is None else found.target
        broken = not np.array_equal(answers(after), wanted)
        names = [_said(model, outputs) for outputs in (before, after)]
        text = "\n".join(
            [
                f"x[{found.index}] under {found.under}, found by {found.nodeid}",
                f"then: {found.before} -> {found.after}, of {found.model}",
                f"now:  {names[0]} -> {names[1]}: {'still broken' if broken else 'no longer broken'}",
                self._shown(),
            ]
        )
        if broken:
            pytest.fail(text, pytrace=False)
        item = RUNNING.get()
        assert item is not None
        item.user_properties.append(("robust_replay", text))

    def _shown(self) -> str:
        """Return the inputs in words, or the name of the picture that was made of them."""
        clean, changed = self._found.shown
        bounds = Bounds(*self._found.bounds)
        pair = [Picture.of(x, bounds) for x in (clean, changed)] if clean.ndim > 1 else []
        if len(pair) == 2 and pair[0] is not None and pair[1] is not None:  # noqa: PLR2004 - before and after
            path = self._path.with_suffix(".png")
            try:
                save_file(path, png(pair[0], pair[1]))
            except OSError as error:
                return f"picture: not written: {error}"
            return f"picture: {path}"
        return f"before: {clean}\nafter:  {changed}"


def _said(model: Model, outputs: Outputs) -> str:
    answer = answers(outputs)[0]
    classes = model.classes if isinstance(model, Classifier) else None
    return str(answer if classes is None else classes[answer])
