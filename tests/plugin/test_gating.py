"""What the options of baselines and of the gate mean together."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from pytest_robust.core.policy import Policy
from pytest_robust.plugin.gating import OPTIONS, Gating

FILE = Path("nowhere/base.json")


@pytest.mark.parametrize(
    ("gating", "given", "message"),
    [
        (Gating(gate=True), {}, "--robust-gate needs --robust-baseline=FILE"),
        (Gating(gate=True, baseline=FILE), {"disable": True}, "--robust-disable skips what"),
        (Gating(save=FILE), {"disable": True}, "--robust-disable skips what"),
        (Gating(accept="why"), {}, "--robust-accept belongs to --robust-save-baseline=FILE"),
        (Gating(first_release=True), {}, "--robust-first-release does nothing without --robust-gate"),
        (Gating(baseline=FILE), {"commanded": True}, "--robust-baseline does nothing without --robust-gate"),
        (Gating(gate=True, first_release=True, baseline=Path(__file__)), {}, "there is a baseline"),
    ],
)
def test_what_would_gate_nothing_is_refused(gating, given, message):
    with pytest.raises(pytest.UsageError, match=message):
        gating.check(**{"commanded": False, "disable": False, **given})


@pytest.mark.parametrize(
    "gating",
    [
        Gating(),
        Gating(baseline=FILE),
        Gating(gate=True, baseline=FILE),
        Gating(gate=True, first_release=True, baseline=FILE),
        Gating(save=FILE, accept="why"),
    ],
)
def test_what_makes_sense_is_not(gating):
    gating.check(commanded=False, disable=False)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("margin", "1"),
        ("margin", "nan"),
        ("margin", "-0.1"),
        ("margin", "x"),
        ("baseline_detail", "all"),
        ("accept", " "),
    ],
)
def test_a_value_that_is_none_is_refused(name, text):
    (option,) = [option for option in OPTIONS if option.name == name]
    with pytest.raises(ValueError, match=r"\w"):
        option.parse(text)


def test_what_holds_for_one_run_has_no_key_in_a_file_that_holds_for_all():
    assert {option.name for option in OPTIONS if not option.ini} == {"save_baseline", "accept"}


def test_defaults_of_the_policy_stand_in_the_policy_alone():
    assert not {item.name for item in fields(Policy)} & {option.name for option in OPTIONS}
