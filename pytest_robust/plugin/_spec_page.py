"""A `robust.toml` as TOML, with words for what is wrong in it and where."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from pytest_robust.plugin._spec_forms import Form
from pytest_robust.plugin._spec_lines import Lines

__all__ = ["Page", "SpecError"]


class SpecError(Exception):
    """A mistake in the file; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """The file's tables.

    Args:
        path: The file.
        shown: What it is called in messages.
        values: What it says.
        lines: Where.
    """

    path: Path
    shown: str
    values: dict[str, Any] = field(hash=False)
    lines: Lines = field(hash=False)

    @classmethod
    def read(cls, path: Path, *, shown: str) -> Page:
        """Return a file's tables.

        Raises:
            SpecError: It is not TOML.
        """
        try:
            # As `open` reads a text: tomllib counts a line that ends in two characters as one.
            text = path.read_text(encoding="utf-8")
            return cls(path=path, shown=shown, values=tomllib.loads(text), lines=Lines.of(text))
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"at line (\d+)", str(error))
            line = int(place[1]) if place else text.rstrip().count("\n") + 1
            raise SpecError(f'{shown}:{line}: not TOML: {error}; write key = value, texts in "quotes"') from None
        except UnicodeDecodeError as error:
            raise SpecError(f"{shown}:1: not a text in UTF-8: {error}; save it as one") from None

    @property
    def tables(self) -> list[dict[str, Any]]:
        """The tables [[check]].

        Raises:
            SpecError: There are none, or they are something else.
        """
        tables = self.values.get("check", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.refuse(None, "check", "not a list of tables: write [[check]], in two brackets, above each check")
        if not tables:
            raise SpecError(f"{self.shown}:1: no checks: add a line [[check]], and below it min_accuracy = 0.9")
        return tables

    def line(self, check: int | None, key: str = "") -> int:
        """Return where a key stands: one of the file, or of a check by its number from 0."""
        return self.lines.line("", 0, key) if check is None else self.lines.line("check", check, key)

    def refuse(self, check: int | None, key: str, why: str) -> NoReturn:
        """Raise for a mistake.

        Args:
            check: The number of the check from 0, None for what stands above all checks.
            key: The key, empty for the whole check.
            why: The value, the rule, the remedy.

        Raises:
            SpecError: Always.
        """
        raise SpecError(f"{self.place(check, key)}: {why}")

    def place(self, check: int | None, key: str = "") -> str:
        """Return where a key stands, in words."""
        owner = "" if check is None else f"check {check + 1}"
        where = " of ".join(part for part in (f"key {key!r}" if key else "", owner) if part)
        return f"{self.shown}:{self.line(check, key)}: {where}"

    def check_known(self, check: int | None, table: Iterable[str], known: Iterable[str]) -> None:
        """Refuse keys that mean nothing; the message names the nearest that does."""
        words = list(dict.fromkeys(known))
        for key in table:
            if key not in words:
                near = get_close_matches(key, words, n=1, cutoff=0.5)
                self.refuse(
                    check,
                    key,
                    f"unknown; did you mean {near[0]!r}?" if near else f"unknown; it takes {', '.join(words)}",
                )

    def said(self, check: int | None, key: str, form: Form, value: object) -> Any:  # noqa: ANN401 - of the form's type
        """Return what a value of the file means, or refuse it."""
        try:
            return form.read(value)
        except ValueError as error:
            why = f"; {error}" if str(error) else ""
            self.refuse(check, key, f"{key} = {_shown(value)} must be {form.said}{why}")


def _shown(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
