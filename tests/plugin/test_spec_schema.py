"""The schema for editors and the reader say the same."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from pytest_robust.plugin._spec_checks import CATALOGS, parameters
from pytest_robust.plugin._spec_page import SpecError
from pytest_robust.plugin._spec_reading import TOP, Spec
from pytest_robust.plugin.spec_schema import schema

PUBLISHED = Path(__file__).parents[2] / "docs" / "robust-schema.json"
FILES = 'model = "a:b"\ndata = "a:b"\n'
SCHEMA = schema()


def _reads(text: str, path: Path) -> bool:
    path.write_text(text, encoding="utf-8")
    try:
        Spec.read(path, shown="robust.toml")
    except SpecError:
        return False
    return True


def _fits(text: str) -> bool:
    return Draft7Validator(SCHEMA).is_valid(tomllib.loads(text))


def test_the_schema_in_the_package_is_the_one_published_and_the_one_made() -> None:
    shipped = files("pytest_robust.plugin").joinpath("robust-schema.json").read_bytes()
    assert shipped == PUBLISHED.read_bytes()
    assert json.loads(shipped) == SCHEMA, "python -m pytest_robust.plugin.spec_schema > robust-schema.json"
    Draft7Validator.check_schema(SCHEMA)


def test_the_module_writes_the_schema() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest_robust.plugin.spec_schema"], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == SCHEMA


GOOD = [
    "[[check]]\nmin_accuracy = 0.9",
    '[[check]]\nname = "a"\nattack = "pgd"\neps = ["2/255", 0.1]\nsteps = 5\nnorm = "L2"\nmin_accuracy = [0.9, 0.5]',
    '[[check]]\nattack = ["pgd", "fgsm"]\neps = 0.1\nmax_attack_success_rate = 0.5',
    '[[check]]\ntransform = "rotate"\ndegrees = {low = -5, high = "10/2"}\nmin_invariance = 0.5',
    '[[check]]\ntransform = "missing_values"\nrate = 0.1\nprotect = ["age"]\nmin_accuracy = 0.5',
    '[[check]]\ntransform = "exchange_names"\nrate = 1\nnames = {first = ["Ann", "Bob"]}\nmin_accuracy = 0.5',
    '[[check]]\nmetric = "f1_macro"\nmin_score = 0.9\nsamples = 3\nclaim = "population"',
    'bounds = [0, "255/1"]\nsamples = 20\nexact = true\n[[check]]\nmin_accuracy = 0.9\n[[check]]\nname = "b"\nmax_accuracy = 1',
]
BAD = [
    "",
    "check = []",
    "smaples = 3\n[[check]]\nmin_accuracy = 0.9",
    "bounds = [0]\n[[check]]\nmin_accuracy = 0.9",
    "[[check]]\nmin_acuracy = 0.9",
    '[[check]]\nmin_accuracy = "high"',
    "[[check]]\nmin_accuracy = []",
    '[[check]]\nname = ""\nmin_accuracy = 0.9',
    '[[check]]\nattack = "pdg"\neps = 0.1\nmin_accuracy = 0.9',
    '[[check]]\nattack = "pgd"\nmin_accuracy = 0.9',
    '[[check]]\nattack = "pgd"\neps = 0.1',
    '[[check]]\nattack = "pgd"\neps = "much"\nmin_accuracy = 0.9',
    '[[check]]\nattack = "pgd"\neps = []\nmin_accuracy = 0.9',
    '[[check]]\nattack = "pgd"\neps = 0.1\nsteps = 1.5\nmin_accuracy = 0.9',
    '[[check]]\nattack = "pgd"\neps = 0.1\nsigma = 1\nmin_accuracy = 0.9',
    '[[check]]\nattack = "pgd"\neps = 0.1\ngoal = "x"\nmin_accuracy = 0.9',
    '[[check]]\nattack = "pgd"\neps = 0.1\nnorm = "l2"\nmin_accuracy = 0.9',
    '[[check]]\nattack = "adaptive_eot"\nmin_accuracy = 0.9',
    '[[check]]\nattack = "pgd"\ntransform = "fog"\neps = 0.1\nseverity = 1\nmin_accuracy = 0.9',
    '[[check]]\ntransform = "rotate"\ndegrees = {low = 5}\nmin_accuracy = 0.9',
    '[[check]]\ntransform = "missing_values"\nrate = 0.1\nprotect = "age"\nmin_accuracy = 0.9',
    "[[check]]\neps = 0.1\nmin_accuracy = 0.9",
    '[[check]]\nmin_accuracy = 0.9\nclaim = "all"',
    "[[check]]\nmin_accuracy_under_shift = 0.9",
    "[[check]]\nmin_breaking_point = 0.9",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_is_right_fits_and_is_read(text, tmp_path) -> None:
    assert _reads(FILES + text, tmp_path / "robust.toml")
    assert _fits(FILES + text)


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_neither_fits_nor_is_read(text, tmp_path) -> None:
    assert not _reads(FILES + text, tmp_path / "robust.toml")
    assert not _fits(FILES + text)


@pytest.mark.parametrize("key", ["model", "data"])
def test_model_and_data_are_asked_for(key, tmp_path) -> None:
    text = "\n".join(line for line in FILES.splitlines() if not line.startswith(key)) + "\n" + GOOD[0]
    assert not _reads(text, tmp_path / "robust.toml")
    assert not _fits(text)


def test_the_keys_at_the_top_are_those_of_the_reader() -> None:
    assert set(SCHEMA["properties"]) == set(TOP)


@pytest.mark.parametrize("room", CATALOGS)
def test_every_change_that_a_file_can_make_is_in_the_schema(room, tmp_path) -> None:
    names = SCHEMA["properties"]["check"]["items"]["properties"][room]["anyOf"][0]["enum"]
    left_out = {"attack": {"adaptive_eot", "transfer_attack"}, "transform": set()}[room]
    assert set(CATALOGS[room].names()) - set(names) == left_out
    rules = {
        rule["if"]["properties"][room]["const"]: rule["then"]
        for rule in SCHEMA["properties"]["check"]["items"]["allOf"]
        if room in rule["if"].get("properties", {})
    }
    assert list(rules) == names
    for name in names:
        kind = CATALOGS[room].load(name)
        assert set(rules[name]["properties"]) == set(parameters(kind))
        # What no file can say is a value that another file of the package makes.
        unsaid = {item.name for item in fields(kind)} - set(parameters(kind))
        assert unsaid <= {
            "constants",
            "fill",
            "goal",
            "direction",
            "side",
            "gap",
            "at",
            "to",
            "loss",
            "layout",
            "path",
            "scheme",
        }


def test_every_key_tells_what_it_is() -> None:
    keys = {**SCHEMA["properties"], **SCHEMA["properties"]["check"]["items"]["properties"]}
    assert [key for key, value in keys.items() if not value.get("description")] == []
