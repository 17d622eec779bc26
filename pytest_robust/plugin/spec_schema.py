"""What a `robust.toml` may say, as JSON schema for editors: made of the catalogs, so that it knows what they hold.

`python -m pytest_robust.plugin.spec_schema > robust-schema.json` writes it, with the attacks and
transforms of other distributions that are installed.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import MISSING, fields
from typing import Any

from pytest_robust.core.wrapped import Wrapped
from pytest_robust.plugin._spec_checks import BARS, CATALOGS, EXTRAS, NUMBER, POLICIES, parameters
from pytest_robust.plugin._spec_forms import Form

__all__ = ["schema"]

_MODEL = "A model file beside this one (.keras, a SavedModel's folder, .joblib), or module:name in a Python module."
_DATA = "An .npz file with the arrays x and y, or module:name for what returns data."
# Owners of a parameter that are worth naming.
_FEW = 6
_POLICY = {
    "samples": "Use at most so many examples, drawn by the seed; 0 for all.",
    "seed": "All random numbers come from it.",
    "confidence": "Coverage of the intervals, strictly between 0 and 1.",
    "claim": "What verdicts are about: these examples, or the population they are a sample of.",
    "error": "The chance that a verdict reached early differs from the full evaluation's.",
    "exact": "Evaluate all examples, also where the verdict is settled before.",
}
_EXTRA = {
    "metric": "For min_score and max_score: the name of a scikit-learn metric, such as f1_macro.",
    "lowers": "For a direction: the class whose probability ought to fall.",
    "raises": "For a direction: the class whose probability ought to rise.",
    "tolerance": "For a direction: how far a probability may go the other way.",
}


def schema() -> dict[str, Any]:
    """Return the schema.

    Examples:
        >>> schema()["required"]
        ['model', 'data', 'check']
    """
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "robust.toml",
        "description": "Robustness checks of a model, collected by pytest-robust without a test file.",
        "type": "object",
        "definitions": {"common": {"enum": list(_common())}, **_forms()},
        "properties": {
            "model": {"description": _MODEL, "type": "string"},
            "data": {"description": _DATA, "type": "string"},
            "train": {"description": "An .npz file of training examples, for generalization gaps.", "type": "string"},
            "bounds": {
                "description": "The lowest and the highest value that an input can take.",
                "type": "array",
                "items": NUMBER.schema,
                "minItems": 2,
                "maxItems": 2,
            },
            **_policies(),
            "check": {"description": "The checks.", "type": "array", "items": _check(), "minItems": 1},
        },
        "required": ["model", "data", "check"],
        "additionalProperties": False,
    }


def _policies() -> dict[str, Any]:
    claim = {"claim": {"enum": ["dataset", "population"], "description": _POLICY["claim"]}}
    return {name: {**form.schema, "description": _POLICY[name]} for name, form in POLICIES.items()} | claim


def _common() -> dict[str, Any]:
    """Return the keys that every check may have."""
    return {
        "name": {"description": "What pytest calls it; -k selects by it.", "type": "string", "pattern": r"\S"},
        **{
            room: {"description": f"The name of one {room}, or a list.", **_either({"enum": list(_sayable(room))})}
            for room in CATALOGS
        },
        **{bar: {"description": _of_bar(bar), **_either(NUMBER.schema)} for bar in BARS},
        **_policies(),
        **{name: {"description": _EXTRA[name], **form.schema} for name, form in EXTRAS.items()},
    }


def _forms() -> dict[str, Any]:
    """Return the forms of parameters, each a value or a list of them, which is a row of the matrix."""
    members = [kind for room in CATALOGS for kind in _sayable(room).values()]
    forms = {_slug(form): form for kind in members for form in parameters(kind).values()}
    return {
        name: {"description": f"Here: {form.said}.", **(form.schema if form.listed else _either(form.schema))}
        for name, form in sorted(forms.items())
    }


def _check() -> dict[str, Any]:
    kinds = {room: _sayable(room) for room in CATALOGS}
    members = [kind for found in kinds.values() for kind in found.values()]
    described = {word: _described(word, members) for kind in members for word in parameters(kind)}
    return {
        "type": "object",
        "properties": {**described, **_common()},
        "additionalProperties": False,
        "anyOf": [{"required": [bar]} for bar in BARS],
        "not": {"required": list(CATALOGS)},
        "allOf": [_rule(room, name, kind) for room, found in kinds.items() for name, kind in found.items()]
        + [
            {
                "if": {"not": {"anyOf": [{"required": [room]} for room in CATALOGS]}},
                "then": {"propertyNames": {"$ref": "#/definitions/common"}},
            }
        ],
    }


def _sayable(room: str) -> dict[str, type[Any]]:
    """Return the members of a room that a file can make."""
    found = {name: CATALOGS[room].load(name) for name in CATALOGS[room].names()}
    return {
        name: kind
        for name, kind in found.items()
        if not issubclass(kind, Wrapped) and _needed(kind) <= {*parameters(kind)}
    }


def _needed(kind: type[Any]) -> set[str]:
    return {item.name for item in fields(kind) if item.default is MISSING and item.default_factory is MISSING}


def _rule(room: str, name: str, kind: type[Any]) -> dict[str, Any]:
    forms = parameters(kind)
    return {
        "if": {"properties": {room: {"const": name}}, "required": [room]},
        "then": {
            "properties": {word: _value(form) for word, form in forms.items()},
            "required": sorted(_needed(kind)),
            "propertyNames": {"anyOf": [{"$ref": "#/definitions/common"}, {"enum": list(forms)}]},
        },
    }


def _value(form: Form) -> dict[str, Any]:
    return {"$ref": f"#/definitions/{_slug(form)}"}


def _slug(form: Form) -> str:
    return re.sub(r"[^a-z]+", "-", form.said.lower()).strip("-")


def _either(one: Any) -> dict[str, Any]:  # noqa: ANN401 - a JSON schema
    """Return the schema of one value or a list of them, a row of the matrix."""
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def _described(word: str, members: list[type[Any]]) -> dict[str, str]:
    """Return what editors show of a parameter before they know whose it is."""
    owners = [kind.__name__ for kind in members if word in parameters(kind)]
    return {"description": f"Of {', '.join(owners)}." if len(owners) <= _FEW else f"Of {len(owners)} kinds of change."}


def _of_bar(bar: str) -> str:
    side, _, metric = bar.partition("_")
    end = "least" if side == "min" else "most"
    return f"The {end} {metric.replace('_', ' ')} that passes; a list where another key has one."


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=1) + "\n")
