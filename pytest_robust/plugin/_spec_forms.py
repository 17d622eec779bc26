"""How TOML says the values of a check: one form for each type that a parameter has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_robust.core.norms import L0, L1, L2, LInf
from pytest_robust.core.parameters import Between, Exactly

__all__ = ["Form", "form_of"]

_FRACTION = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)\s*")
_NORMS = {repr(norm): norm for norm in (LInf, L2, L1, L0)}


@dataclass(frozen=True, kw_only=True)
class Form:
    """What may stand in the file for values of one type.

    Args:
        said: What it is, for messages.
        schema: The same for editors, as JSON schema.
        read: Returns the value, or raises ValueError.
        listed: Whether a list is one value, and not a row of a matrix.
    """

    said: str
    schema: Mapping[str, Any] = field(hash=False)
    read: Callable[[Any], Any]
    listed: bool = False


def _number(value: object) -> float:
    if isinstance(value, str):
        fraction = _FRACTION.fullmatch(value)
        if fraction is None or not float(fraction[2]):
            raise ValueError
        return float(fraction[1]) / float(fraction[2])
    return _of(int, float)(value)


def _of(*types: type) -> Callable[[object], Any]:
    def read(value: object) -> Any:  # noqa: ANN401 - one of the types
        # True is an int to Python, and to nobody else.
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise ValueError
        return value

    return read


def _rows(read: Callable[[object], Any]) -> Callable[[object], tuple[Any, ...]]:
    return lambda value: tuple(read(one) for one in _of(list)(value))


def _mapping(value: object) -> dict[str, tuple[str, ...]]:
    return {name: _rows(_of(str))(words) for name, words in _of(dict)(value).items()}


def _amount(value: object) -> float | Exactly | Between:
    if not isinstance(value, dict):
        return _number(value)
    if value.keys() == {"low", "high"}:
        return Between(_number(value["low"]), _number(value["high"]))
    if value.keys() == {"exactly"}:
        return Exactly(_number(value["exactly"]))
    raise ValueError


def _norm(value: object) -> Any:  # noqa: ANN401 - a Norm, which is private to its file
    if not isinstance(value, str) or value not in _NORMS:
        raise ValueError
    return _NORMS[value]


_FRACTION_SCHEMA = {"type": "string", "pattern": r"^\s*-?\d+(\.\d+)?\s*/\s*\d+(\.\d+)?\s*$"}
_NUMBER_SCHEMA = {"anyOf": [{"type": "number"}, _FRACTION_SCHEMA]}


def _list_of(said: str, item: Mapping[str, Any], read: Callable[[object], Any]) -> Form:
    return Form(said=f"a list of {said}", schema={"type": "array", "items": item}, read=_rows(read), listed=True)


_WORDS = Form(
    said="a table of lists of words",
    schema={"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    read=_mapping,
)
# By the text of the annotation, without what no file says (None): attacks and transforms are read
# in this way, and the schema for editors is made of the same, so that the two cannot differ.
_FORMS = {
    "float": Form(said='a number, or a fraction in quotes such as "8/255"', schema=_NUMBER_SCHEMA, read=_number),
    "int": Form(said="a whole number", schema={"type": "integer"}, read=_of(int)),
    "bool": Form(said="true or false", schema={"type": "boolean"}, read=_of(bool)),
    "str": Form(said="a text in quotes", schema={"type": "string"}, read=_of(str)),
    "str | int": Form(
        said="a text in quotes or a whole number", schema={"type": ["string", "integer"]}, read=_of(str, int)
    ),
    "float | str | bool": Form(
        said="a number, a text or true or false",
        schema={"type": ["number", "string", "boolean"]},
        read=_of(int, float, str, bool),
    ),
    "Amount": Form(
        said='a number, a fraction in quotes such as "8/255", {exactly = 5} or {low = -5, high = 5}',
        schema={
            "anyOf": [
                *_NUMBER_SCHEMA["anyOf"],
                {
                    "type": "object",
                    "properties": {"low": _NUMBER_SCHEMA, "high": _NUMBER_SCHEMA},
                    "required": ["low", "high"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {"exactly": _NUMBER_SCHEMA},
                    "required": ["exactly"],
                    "additionalProperties": False,
                },
            ]
        },
        read=_amount,
    ),
    "Norm": Form(said=f"one of {', '.join(_NORMS)}, in quotes", schema={"enum": list(_NORMS)}, read=_norm),
    "tuple[str, ...]": _list_of("texts", {"type": "string"}, _of(str)),
    "tuple[Name, ...]": _list_of("names or positions", {"type": ["string", "integer"]}, _of(str, int)),
    "tuple[int, ...]": _list_of("whole numbers", {"type": "integer"}, _of(int)),
    "tuple[float, ...]": _list_of("numbers", _NUMBER_SCHEMA, _number),
    "tuple[tuple[str, ...], ...]": _list_of(
        "lists of texts", {"type": "array", "items": {"type": "string"}}, _rows(_of(str))
    ),
    "Mapping[str, tuple[str, ...]]": _WORDS,
    "Mapping[str, tuple[str, ...]] | Lexicon": _WORDS,
}
_RANGED = re.compile(r"Annotated\[(\w+),.*\]")


def form_of(annotation: object) -> Form | None:
    """Return how values of a type are said, None for values that only code can make.

    Args:
        annotation: The type of a dataclass field, or the text of one.

    Examples:
        >>> form_of("float | None").read("8/255") == 8 / 255, form_of("Goal")
        (True, None)
    """
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    text = text.removesuffix(" | None")
    ranged = _RANGED.fullmatch(text)
    return _FORMS.get(ranged[1] if ranged else text)
