"""The ids of tests, the same in any environment."""

from __future__ import annotations

import os

import pytest

from pytest_robust.core.readable import readable

__all__ = ["bearable", "call", "id_of"]

_SAID = pytest.StashKey[str]()


def call(item: pytest.Item, nodeid: str) -> None:
    """Remember an id that pytest could not be given as it is.

    Args:
        item: The test.
        nodeid: Its id, as reports and baselines say it.
    """
    item.stash[_SAID] = nodeid


def id_of(item: pytest.Item) -> str:
    """Return the id of a test as it reads where the environment is UTF-8."""
    return readable(item.stash.get(_SAID, item.nodeid))


def bearable(name: str) -> str:
    """Return a name as the environment can hold it, where pytest keeps the id of the test under way.

    As it does with parameters, what cannot be held is escaped.
    """
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return name.encode("unicode_escape").decode("ascii")
    return name
