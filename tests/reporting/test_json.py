"""The run as JSON, and its published schema."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from pytest_robust.core.example import Example, Picture
from pytest_robust.core.figure import Figure
from pytest_robust.core.gated import Gated, GatedCheck, GateDecision
from pytest_robust.core.groups import Groups
from pytest_robust.core.piece import Piece
from pytest_robust.core.ran import Ran
from pytest_robust.core.record import SCHEMA, ClassScore, Record, Run
from pytest_robust.core.scores import Scores
from pytest_robust.core.verdict import Claim, Decision
from pytest_robust.reporting import Json

if TYPE_CHECKING:
    from conftest import Runs

# Fields that came after the first reports of this schema, which still fit without them.
LATER = {"broken_by", "scores", "gate", "classes", "health", "groups", "ran", "name", "piece", "figures"}
PUBLISHED = Path(__file__).parents[2] / "docs" / "report-schema.json"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    text = files("pytest_robust.reporting").joinpath("report-schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _errors(schema: dict[str, Any], text: str) -> list[str]:
    return [error.message for error in Draft202012Validator(schema).iter_errors(json.loads(text))]


def test_the_schema_in_the_package_is_the_one_published(schema: dict[str, Any]) -> None:
    shipped = files("pytest_robust.reporting").joinpath("report-schema.json").read_bytes()
    assert shipped == PUBLISHED.read_bytes()
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["schema"]["const"] == SCHEMA


@pytest.mark.parametrize(
    "noun", [Run, Record, ClassScore, Example, Picture, Scores, Groups, Gated, GatedCheck, Piece, Ran, Figure]
)
def test_every_field_is_in_the_schema_described_and_required_but_for_later_ones(
    schema: dict[str, Any], noun: type
) -> None:
    part = schema if noun is Run else schema["$defs"][noun.__name__.lower()]
    names = {item.name for item in fields(noun)} | ({"schema"} if noun is Run else set())
    assert names
    assert set(part["properties"]) == names
    later = LATER if noun in {Run, Record} else set()
    assert set(part["required"]) == names - later
    assert part["additionalProperties"] is False
    assert all(value["description"] for value in part["properties"].values())


def test_the_words_in_the_schema_are_those_of_the_code(schema: dict[str, Any]) -> None:
    record = schema["$defs"]["record"]["properties"]
    # What was only planned is in no report.
    assert set(record["decision"]["enum"]) == {decision.value for decision in Decision} - {Decision.PLANNED.value}
    gated = schema["$defs"]["gatedcheck"]["properties"]["decision"]["enum"]
    assert gated == [decision.value for decision in GateDecision]
    assert set(record["claim"]["enum"]) == {claim.value for claim in Claim}


def test_real_runs_fit_the_schema_and_come_back_the_same(schema: dict[str, Any], runs: Runs) -> None:
    for run in (runs.of_all_kinds(), runs.run(), runs.run(runs.record(), complete=False)):
        text = Json().render(run)
        assert _errors(schema, text) == []
        assert Run.from_json(text) == run


def test_a_report_made_before_members_were_counted_fits(schema: dict[str, Any], runs: Runs) -> None:
    values = json.loads(Json().render(runs.of_all_kinds()))
    removed = [part.pop(name, None) for part in (values, *values["records"]) for name in LATER]
    assert any(removed)
    assert _errors(schema, json.dumps(values)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"decision": "OK"},
        {"op": "=="},
        {"claim": "all"},
        {"n": -1},
        {"confidence": 1.0},
        {"seconds": None},
        {"broken_by": (("PGD", -1),)},
        {"broken_by": (("PGD",),)},
    ],
)
def test_a_record_that_says_something_else_does_not_fit(
    schema: dict[str, Any], runs: Runs, change: dict[str, Any]
) -> None:
    assert _errors(schema, Json().render(runs.run(runs.record()))) == []
    assert _errors(schema, Json().render(runs.run(runs.record(**change)))) != []


def test_hostile_text_comes_back_unchanged(runs: Runs) -> None:
    run = runs.hostile()
    assert Run.from_json(Json().render(run)) == run
    assert Json().render(run).isascii()


def test_a_number_that_json_cannot_say_is_an_error(runs: Runs) -> None:
    with pytest.raises(ValueError, match="JSON"):
        Json().render(runs.run(replace(runs.record(), value=float("nan"))))
