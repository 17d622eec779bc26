"""The file that a release leaves for the next one."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from pytest_robust.core.baseline import BASELINE_SCHEMA, Baseline, KeptCheck, named
from pytest_robust.core.errors import InvalidBaseline
from pytest_robust.core.record import Record, Run
from pytest_robust.core.scores import Scores

PUBLISHED = Path(__file__).parents[2] / "docs" / "baseline-schema.json"
RECORD = Record(
    id="accuracy", nodeid="test_m.py::test_a", metric="accuracy", title="accuracy", decision="PASS", reason="",
    op=">=", bar=0.5, value=0.75, low=0.3, high=0.9, n=4, total=4, model="cnn", data="0123456789abcdef",
    scores=Scores.of(np.array([1.0, 0, 1, 1])),
)  # fmt: skip
RUN = Run(created="2026-01-01T00:00:00+00:00", tool="pytest-robust 1", settings={"seed": "0"}, records=(RECORD,))


def saved(run=RUN, **changes):
    return Baseline.of(run, **{"commit": "", "accepted": "", "scores": True, **changes})


def test_it_comes_back_as_it_was_written():
    baseline = saved(commit="abc", accepted="the old data were lost")
    assert Baseline.from_json(baseline.to_json()) == baseline
    assert baseline.checks[0].check == "test_m.py::test_a::accuracy"


def test_the_file_fits_the_schema_that_is_published():
    shipped = files("pytest_robust.reporting").joinpath("baseline-schema.json").read_bytes()
    assert shipped == PUBLISHED.read_bytes()
    schema = json.loads(shipped)
    Draft202012Validator.check_schema(schema)
    for baseline in (saved(), saved(scores=False)):
        assert list(Draft202012Validator(schema).iter_errors(json.loads(baseline.to_json()))) == []
    assert schema["properties"]["schema"]["const"] == BASELINE_SCHEMA
    assert schema["required"] == list(schema["properties"])
    assert set(schema["properties"]) == {item.name for item in fields(Baseline)} | {"kind", "schema", "checksum"}
    for noun, part in ((KeptCheck, schema["$defs"]["check"]), (Scores, schema["$defs"]["scores"])):
        assert part["required"] == list(part["properties"]) == [item.name for item in fields(noun)]
        assert all(value["description"] for value in part["properties"].values())


def test_counts_leave_out_what_each_example_came_to_and_name_the_model_all_the_same():
    assert saved(scores=False).checks[0].scores is None
    assert saved(scores=False).models == saved().models


def test_a_model_that_answers_one_example_otherwise_has_another_fingerprint():
    other = replace(RUN, records=(replace(RECORD, scores=Scores.of(np.array([1.0, 1, 1, 0]))),))
    assert saved(other).models["cnn"] != saved().models["cnn"]


def test_checks_of_one_measurement_are_told_apart_and_draws_of_a_property_left_out():
    run = replace(RUN, records=(RECORD, replace(RECORD, op="<="), replace(RECORD, role="worst of 9 drawn")))
    assert [check for check, _ in named(run)] == ["test_m.py::test_a::accuracy", "test_m.py::test_a::accuracy#2"]


def _edited(**changes):
    return json.dumps({**json.loads(saved().to_json()), **changes})


def _resealed(drop=(), **changes):
    from pytest_robust.core.baseline import _checksum

    values = {**json.loads(saved().to_json()), **changes}
    for name in ("checksum", *drop):
        values.pop(name)
    return json.dumps({**values, "checksum": _checksum(values)})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (saved().to_json()[:-40], "no JSON, or was cut off"),
        ("", "no JSON, or was cut off"),
        ("[]", "some other file"),
        (RUN.to_json(), "some other file"),
        (_edited(schema=2), "its schema is 2, and this version reads up to 1; upgrade"),
        (_edited(created="2020-01-01T00:00:00+00:00"), "edited after it was saved"),
        (_edited(schema="1"), "edited after it was saved"),
        (_resealed(drop=["checks"]), "lacks what a baseline of schema 1 has"),
        (_resealed(checks=[{"check": "a", "scores": None}]), "lacks what a baseline of schema 1 has"),
        (_resealed(extra=1), "lacks what a baseline of schema 1 has"),
        (
            _resealed(checks=[{"check": "a", "metric": "a", "title": "a", "scores": {"bits": 1, "n": 99, "text": ""}}]),
            "99 examples, 1 bits each, stand in 0 bytes",
        ),
    ],
)
def test_a_file_that_is_none_says_what_is_wrong_with_it(text, message):
    with pytest.raises(InvalidBaseline, match=message):
        Baseline.from_json(text)


def test_each_hand_edit_of_a_check_is_noticed():
    values = json.loads(saved().to_json())
    edits = {"value": 0.1, "bar": 0.2, "n": 3, "data": "f" * 16, "under": "PGD(eps=0)", "check": "b"}
    for name, value in edits.items():
        changed = {**values, "checks": [{**values["checks"][0], name: value}]}
        with pytest.raises(InvalidBaseline, match="edited"):
            Baseline.from_json(json.dumps(changed))
