"""The ids of tests, where the environment cannot hold all of them."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from pytest_robust.plugin._ids import bearable, call, id_of


def test_a_name_is_escaped_only_where_the_environment_cannot_hold_it(monkeypatch) -> None:
    assert bearable("größe") == "größe"
    monkeypatch.setattr(os, "fsencode", lambda name: name.encode("ascii", errors="surrogateescape"))
    assert bearable("size") == "size"
    assert bearable("größe") == r"gr\xf6\xdfe"


def test_an_id_is_the_one_said_or_else_the_one_pytest_has_made_readable() -> None:
    item = SimpleNamespace(nodeid="gr\udcc3\udcb6\udcc3\udc9fe.py::test", stash=pytest.Stash())
    assert id_of(item) == "größe.py::test"
    call(item, "robust.toml::größe")
    assert id_of(item) == "robust.toml::größe"
