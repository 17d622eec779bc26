"""Profiles: names for several options at once, the project's own beside those of the battery."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches

import pytest

from pytest_robust.plugin._options import BATTERIES, PROFILE, Option, flag

__all__ = ["BATTERY", "choose", "profiles_of"]

BATTERY = "battery"
"""The key by which a profile names one of these."""

_YES_OR_NO = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}


def battery(text: str) -> str:
    """Return one of the battery's profiles.

    Raises:
        ValueError: It is none.
    """
    if text not in BATTERIES:
        raise ValueError(f"choose one of {', '.join(BATTERIES)}")
    return text


def switch(text: str) -> bool:
    """Return whether an option is on.

    Raises:
        ValueError: The word says neither.
    """
    if text.lower() not in _YES_OR_NO:
        raise ValueError("write yes or no")
    return _YES_OR_NO[text.lower()]


def profiles_of(
    lines: Sequence[str], *, values: Sequence[Option], switches: Sequence[str]
) -> dict[str, dict[str, object]]:
    """Return the profiles that the lines of robust_profiles define.

    Args:
        lines: As in "nightly: claim=population, samples=2000, exact=yes, battery=release".
        values: The options with a value that they may set.
        switches: The names of those that are on or off.

    Raises:
        UsageError: A line has no meaning; the message quotes it, and says what there is.
    """
    readers: dict[str, Callable[[str], object]] = {option.name: option.parse for option in values if option.ini}
    readers = {BATTERY: battery, **readers, **dict.fromkeys(switches, switch)}
    found: dict[str, dict[str, object]] = {}
    for line in lines:
        name, colon, rest = (part.strip() for part in line.partition(":"))

        def refuse(why: str, line: str = line) -> pytest.UsageError:
            return pytest.UsageError(f"robust_profiles: {line!r}: {why}")

        if not colon or not name or not rest:
            raise refuse("write NAME: OPTION=VALUE, OPTION=VALUE, for instance nightly: claim=population, samples=2000")
        if name in BATTERIES or name in found:
            raise refuse(f"there is a profile {name!r} already: take another name")
        found[name] = {}
        for pair in rest.split(","):
            key, equals, text = (part.strip() for part in pair.partition("="))
            option = key.replace("-", "_")
            if option not in readers:
                near = get_close_matches(option, readers, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(sorted(readers))}"
                raise refuse(f"unknown option {key!r}; {hint}")
            if not equals or not text or option in found[name]:
                raise refuse(f"give {key} one value, as in {key}=VALUE")
            try:
                value = readers[option](text)
            except ValueError as error:
                raise refuse(f"{key}={text}: {error}") from None
            # A text with a value is parsed where the option is; whether it can be was seen here.
            found[name][option] = value if option in switches else text
    return found


def choose(config: pytest.Config, named: str, *, values: Sequence[Option], switches: Sequence[str]) -> str:
    """Put what the chosen profile sets between the command line and the ini file; return the battery's.

    Args:
        config: Of the session.
        named: The profile.
        values: The options with a value that profiles may set.
        switches: The names of those that are on or off.

    Raises:
        UsageError: There is no such profile, or a line of robust_profiles has no meaning.
    """
    own = profiles_of(config.getini("robust_profiles"), values=values, switches=switches)
    if named not in (*BATTERIES, *own):
        near = get_close_matches(named, [*BATTERIES, *own], n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise pytest.UsageError(f"{flag('profile')}={named}: choose one of {', '.join((*BATTERIES, *own))}{hint}")
    if named in BATTERIES:
        config.stash[PROFILE] = {}
        return named
    config.stash[PROFILE] = own[named]
    return str(own[named].get(BATTERY, "standard"))
