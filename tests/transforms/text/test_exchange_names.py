"""Other names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.transforms import ExchangeNames
from pytest_robust.transforms.text._words import NAMES

GROUPS = {"person": ("Anna", "John", "Mei", "Omar"), "city": ("York", "New York", "Rome")}


def test_a_name_becomes_each_other_of_its_group(change: Any) -> None:
    after = change(ExchangeNames(rate=1, names=GROUPS), np.array(["(Anna) of Anna's, Annabel, anna"] * 100))
    assert set(after) == {f"({other}) of {other}'s, Annabel, anna" for other in ("John", "Mei", "Omar")}


def test_the_longest_name_is_found_first(change: Any) -> None:
    after = change(ExchangeNames(rate=1, names=GROUPS), np.array(["in New York"] * 50))
    assert set(after) == {"in York", "in Rome"}


def test_two_names_never_become_the_same_nor_one_that_is_there(change: Any) -> None:
    after = change(ExchangeNames(rate=1, names=GROUPS), np.array(["Anna and John"] * 50))
    assert set(after) == {"Mei and Omar", "Omar and Mei"}
    halves = change(ExchangeNames(edits=1, names=GROUPS), np.array(["Anna and John"] * 50))
    assert set(halves) == {"Mei and John", "Omar and John", "Anna and Mei", "Anna and Omar"}


def test_where_all_names_are_there_they_change_places_at_most(change: Any) -> None:
    pair = {"person": ("Anna", "John")}
    assert set(change(ExchangeNames(rate=1, names=pair), np.array(["Anna and John"] * 50))) <= {
        "Anna and John",
        "John and Anna",
    }


def test_a_protected_occurrence_keeps_the_name_everywhere(rewrite: Any) -> None:
    guarded = ExchangeNames(rate=1, names=GROUPS, protect=("@Anna",))
    assert rewrite(guarded, "Anna, that is @Anna") == "Anna, that is @Anna"


def test_built_in_groups_have_no_name_in_common() -> None:
    names = [name for group in NAMES.values() for name in group]
    assert len(set(names)) == len(names)
    assert min(map(len, NAMES.values())) >= 20


def test_the_groups_are_a_value() -> None:
    transform = ExchangeNames(rate=1, names=GROUPS)
    assert transform == ExchangeNames(rate=1, names=dict(GROUPS))
    assert repr(transform) == f"ExchangeNames(rate=1, names={GROUPS})"
    with pytest.raises(TypeError):
        transform.names["city"] = ()  # type: ignore[index]  # the mistake


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "names={} must be a mapping of words"),
        ({"city": "Rome"}, r"names\['city'\]='Rome' must be a tuple of words"),
        ({"city": ("Rome", "Rome")}, "must hold at least two different names"),
    ],
    ids=repr,
)
def test_what_are_no_groups_is_refused(wrong: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        ExchangeNames(rate=1, names=wrong)
