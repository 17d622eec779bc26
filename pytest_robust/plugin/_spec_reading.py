"""What a `robust.toml` says: a model, data, and checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from inspect import isroutine, signature
from pathlib import Path
from typing import Any

from pytest_robust.adapters import check_data_file, check_model_file
from pytest_robust.core.errors import RobustError
from pytest_robust.plugin._spec_checks import NUMBER, POLICIES, TEXT, CheckSpec, check_mark, checks_of
from pytest_robust.plugin._spec_page import Page, SpecError

__all__ = ["TOP", "Source", "Spec"]

TOP = ("model", "data", "train", "bounds", *POLICIES, "check")
"""The keys at the top of a file."""

_MODULE = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<name>[A-Za-z_][\w.]*)")
_NEEDED = {"model": 'model = "model.keras" or model = "package.module:load"', "data": 'data = "test.npz"'}


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a model or data come from.

    Args:
        key: The file's key for it.
        text: What stands there.
        place: File, line and key, as messages begin.
        path: The file it names; None where it names a thing in a module.
        module: That module; empty for a file.
        name: The thing's name there, with dots for what is in it.
    """

    key: str
    text: str
    place: str
    path: Path | None = None
    module: str = ""
    name: str = ""

    @classmethod
    def of(cls, page: Page, key: str) -> Source:
        """Return what a key of the file names.

        Raises:
            SpecError: The file has no such key, or it is no text.
        """
        if key not in page.values:
            page.refuse(None, key, f"missing: the file says what its {key} is, as in {_NEEDED[key]}")
        text = page.said(None, key, TEXT, page.values[key])
        place = page.place(None, key)
        module = _MODULE.fullmatch(text)
        if module is not None:
            return cls(key=key, text=text, place=place, module=module["module"], name=module["name"])
        return cls(key=key, text=text, place=place, path=page.path.parent / text)

    @property
    def shown(self) -> str:
        """What it is called in reports: the file's name, or the thing's with its module."""
        return self.text if self.path is None else self.path.name

    def imported(self) -> Any:  # noqa: ANN401 - what the module holds
        """Return the thing in the module; a function that needs no argument is called for it.

        Raises:
            SpecError: There is no such module, or no such thing in it.
        """
        try:
            found: Any = import_module(self.module)
        except ModuleNotFoundError as error:
            # A module of the project that lacks another one fails as it would in a test.
            if not f"{self.module}.".startswith(f"{error.name}."):
                raise
            raise SpecError(
                f"{self.place}: no module {error.name!r} can be imported: it lies beside the file, on pytest's "
                "pythonpath, or is installed"
            ) from None
        for word in self.name.split("."):
            if not hasattr(found, word):
                near = get_close_matches(word, dir(found), n=1)
                raise SpecError(
                    f"{self.place}: {self.module!r} has no {self.name!r}"
                    + (f"; did you mean {near[0]!r}?" if near else f"; define it in {self.module}")
                )
            found = getattr(found, word)
        return found() if _makes(found) else found

    def check(self, *, allow_pickle: bool) -> None:
        """Refuse a file that cannot or may not be loaded; nothing is loaded.

        Args:
            allow_pickle: Whether loading a model may run code that it contains.

        Raises:
            SpecError: It cannot; the message says where it is named.
        """
        if self.path is None:
            return
        try:
            if self.key == "model":
                check_model_file(self.path, allow_pickle=allow_pickle)
            else:
                check_data_file(self.path)
        except (RobustError, OSError) as error:
            hint = "; paths begin beside the file" if isinstance(error, FileNotFoundError) else ""
            raise SpecError(f"{self.place}: {error}{hint}") from None


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A file, understood.

    Args:
        model: What is tested.
        data: On what.
        train: What the model was trained on, if the file says so.
        bounds: The values an input can take, None to infer them.
        policy: How all its checks are made, as the marker takes it.
        checks: In the file's order, a matrix taken apart.
    """

    model: Source
    data: Source
    train: Source | None
    bounds: tuple[float, float] | None
    policy: Mapping[str, Any] = field(hash=False)
    checks: tuple[CheckSpec, ...]

    @classmethod
    def read(cls, path: Path, *, shown: str) -> Spec:
        """Return what a file says; what it names need not be there.

        Args:
            path: The file.
            shown: What it is called in messages.

        Raises:
            SpecError: It has no meaning.
        """
        page = Page.read(path, shown=shown)
        page.check_known(None, page.values, TOP)
        train = _train(page) if "train" in page.values else None
        given = {} if train is None else {"train": train.path}
        policy = {
            key: page.said(None, key, form, page.values[key]) for key, form in POLICIES.items() if key in page.values
        }
        if policy:
            check_mark(page, None, policy)
        checks = tuple(check for number in range(len(page.tables)) for check in checks_of(page, number, given=given))
        _check_names(page, checks)
        return cls(
            model=Source.of(page, "model"),
            data=Source.of(page, "data"),
            train=train,
            bounds=_bounds(page),
            policy=policy,
            checks=checks,
        )

    @property
    def sources(self) -> tuple[Source, ...]:
        """What it names."""
        return (self.model, self.data, *(() if self.train is None else (self.train,)))


def _makes(found: object) -> bool:
    """Return whether it is a function to be called for the thing: one that needs no argument."""
    if not isroutine(found):
        return False
    try:
        signature(found).bind()
    except (TypeError, ValueError):
        return False
    return True


def _train(page: Page) -> Source:
    source = Source.of(page, "train")
    if source.path is None:
        page.refuse(
            None, "train", f"train = {source.text!r} must be the path of an .npz file; write other data in a test"
        )
    return source


def _bounds(page: Page) -> tuple[float, float] | None:
    if "bounds" not in page.values:
        return None
    value = page.values["bounds"]
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004 - a pair
        page.refuse(None, "bounds", f"bounds = {value!r} must be a pair of numbers, as in bounds = [0, 1]")
    low, high = (page.said(None, "bounds", NUMBER, one) for one in value)
    if not low < high:
        page.refuse(None, "bounds", f"bounds = {value!r}: the first must be below the second")
    return low, high


def _check_names(page: Page, checks: tuple[CheckSpec, ...]) -> None:
    first: dict[str, CheckSpec] = {}
    for check in checks:
        other = first.setdefault(check.name, check)
        if other is not check:
            page.refuse(
                check.number,
                "name" if "name" in page.tables[check.number] else "",
                f"a check called {check.name!r} stands in line {other.line} already: give each a name = of its own",
            )
