"""A profile sets what its line says, and a line without meaning is an error that quotes it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pytest_robust.core.claim import Claim
from pytest_robust.plugin._battery_checks import PROFILES
from pytest_robust.plugin._options import BATTERIES, PROFILE, from_file
from pytest_robust.plugin.gating import OPTIONS
from pytest_robust.plugin.profiles import choose, profiles_of
from pytest_robust.plugin.settings import Settings

KNOWN = {"values": OPTIONS, "switches": ("exact", "gate")}


def test_a_line_is_a_name_and_what_it_sets() -> None:
    lines = ["nightly: margin=0.01, exact=yes,battery = release", "pull-request: baseline-detail=counts, gate=off"]
    assert profiles_of(lines, **KNOWN) == {
        "nightly": {"margin": "0.01", "exact": True, "battery": "release"},
        "pull-request": {"baseline_detail": "counts", "gate": False},
    }


def test_the_profiles_without_a_line_are_the_batterys() -> None:
    assert set(BATTERIES) == set(PROFILES)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nightly", "write NAME: OPTION=VALUE, OPTION=VALUE"),
        ("nightly:", "write NAME: OPTION=VALUE"),
        (": margin=0.1", "write NAME: OPTION=VALUE"),
        ("quick: margin=0.1", "there is a profile 'quick' already"),
        ("twice: margin=0.2", "there is a profile 'twice' already"),
        ("a: margn=0.1", "unknown option 'margn'; did you mean 'margin'?"),
        ("a: zzz=1", "unknown option 'zzz'; it takes baseline, baseline_detail, battery, exact, gate, margin"),
        # Of one run, so in no file that holds for all.
        ("a: save_baseline=x", "unknown option 'save_baseline'"),
        ("a: accept=x", "unknown option 'accept'"),
        ("a: margin", "give margin one value"),
        ("a: margin=", "give margin one value"),
        ("a: margin=0.1, margin=0.2", "give margin one value"),
        ("a: margin=2", "margin=2: a margin is at least 0 and below 1"),
        ("a: exact=maybe", "exact=maybe: write yes or no"),
        ("a: battery=nightly", "battery=nightly: choose one of quick, standard, release"),
    ],
)
def test_a_line_without_meaning_is_quoted_with_what_there_is(line, message):
    with pytest.raises(pytest.UsageError) as error:
        profiles_of(["twice: margin=0.1", line], **KNOWN)
    assert str(error.value).startswith(f"robust_profiles: {line!r}: ")
    assert message in str(error.value)


def config(*lines, **ini):
    """As much of pytest's as profiles need."""
    ini["robust_profiles"] = list(lines)
    return SimpleNamespace(getini=lambda name: ini.get(name, ""), stash=pytest.Stash())


def test_the_chosen_one_goes_before_the_ini_file_and_the_others_do_not_count() -> None:
    lines = ("nightly: margin=0.02, gate=yes, battery=release", "other: margin=0.5")
    made = config(*lines, robust_margin="0.1", robust_baseline="x")
    assert choose(made, "nightly", **KNOWN) == "release"
    assert from_file(made, "margin") == "0.02"
    assert from_file(made, "gate") is True
    assert from_file(made, "baseline") == "x"
    made = config(*lines)
    assert choose(made, "other", **KNOWN) == "standard"
    assert made.stash[PROFILE] == {"margin": "0.5"}


def test_the_batterys_own_set_nothing_else() -> None:
    made = config("nightly: margin=0.02")
    assert choose(made, "release", **KNOWN) == "release"
    assert made.stash[PROFILE] == {}


def test_a_profile_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(pytest.UsageError, match=r"--robust-profile=nihgtly: choose one of .*, nightly; did you mean"):
        choose(config("nightly: margin=0.1"), "nihgtly", **KNOWN)
    with pytest.raises(pytest.UsageError, match=r"choose one of quick, standard, release$"):
        choose(config(), "zzz", **KNOWN)


INI = """
[pytest]
robust_claim = dataset
robust_seed = 5
robust_profiles =
    nightly: claim=population, samples=200, confidence=0.9, seed=7, exact=yes, budget=2h, battery=quick
"""


def test_it_reaches_every_kind_of_option_and_the_command_line_goes_before_it(pytester) -> None:
    pytester.makeini(INI)
    nightly = Settings.of(pytester.parseconfig("--robust-profile=nightly", "--robust-confidence=0.99"))
    policy = nightly.policy
    assert (policy.claim, policy.samples, policy.confidence, policy.seed) == (Claim.POPULATION, 200, 0.99, 7)
    assert policy.exact
    assert nightly.deadline.budget == 7200
    assert (nightly.profile, nightly.samples) == ("quick", 200)
    # What a profile sets is no command: a marker goes before it.
    assert nightly.commanded == {"confidence"}
    usual = Settings.of(pytester.parseconfig())
    assert Settings.of(pytester.parseconfig("--robust-profile=release")).profile == "release"
    assert (usual.policy.claim, usual.policy.seed, usual.profile) == (Claim.DATASET, 5, "standard")
    with pytest.raises(pytest.UsageError, match="--robust-plan judges nothing, and --robust-save-baseline needs"):
        Settings.of(pytester.parseconfig("--robust-plan", "--robust-save-baseline=x"))
    with pytest.raises(pytest.UsageError, match="leave one out; for this run alone: -o robust_gate=false"):
        Settings.of(pytester.parseconfig("--robust-plan", "-o", "robust_gate=true"))
