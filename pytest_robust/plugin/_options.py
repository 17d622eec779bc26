"""How an option is declared and read: a flag, and mostly an ini key of the same name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["BATTERIES", "PROFILE", "Option", "based", "flag", "from_file", "parsed"]

BATTERIES = ("quick", "standard", "release")
"""How much the battery takes: the profiles that are there without a line in the ini file."""
PROFILE: pytest.StashKey[Mapping[str, object]] = pytest.StashKey()
"""What the chosen profile sets, by the names of options."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """An option with a value.

    Args:
        name: With underscores.
        metavar: What stands for the value in the help.
        parse: Makes the value of a text, or raises ValueError.
        help: What it does.
        ini: Whether it has an ini key.
    """

    name: str
    metavar: str
    parse: Callable[[str], object]
    help: str
    ini: bool = True


def flag(name: str) -> str:
    """Return the flag of an option."""
    return f"--robust-{name.replace('_', '-')}"


def parsed(options: tuple[Option, ...], config: pytest.Config) -> dict[str, object]:
    """Return the values that were given, the command line's before the profile's and the ini file's.

    Raises:
        UsageError: One cannot be understood; the message names the flag.
    """
    values: dict[str, object] = {}
    for option in options:
        text = config.getoption(f"robust_{option.name}")
        if option.ini:
            text = text or from_file(config, option.name)
        if text:
            try:
                values[option.name] = option.parse(str(text))
            except ValueError as error:
                raise pytest.UsageError(f"{flag(option.name)}={text}: {error}") from None
    return values


def from_file(config: pytest.Config, name: str) -> object:
    """Return what the chosen profile says about an option, else the ini key."""
    chosen = config.stash.get(PROFILE, {})
    return chosen[name] if name in chosen else config.getini(f"robust_{name}")


def based(config: pytest.Config, name: str) -> Path:
    """Return where a path begins: beside the ini file that gives it, else where pytest was called."""
    if config.getoption(f"robust_{name}") or config.inipath is None:
        return config.invocation_params.dir
    return config.inipath.parent
