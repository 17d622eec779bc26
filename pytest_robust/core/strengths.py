"""The fields that say how strong a perturbation is: found, written, and made milder."""

from __future__ import annotations

import re
import sys
from math import inf
from typing import Any

import numpy as np

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Between, Exactly, Range

__all__ = ["milder", "strength_in", "written"]


def written(value: object) -> str:
    """Return a number as a person writes it, so that 8/255 stays 8/255."""
    if isinstance(value, np.generic):
        value = value.item()  # NumPy's own numbers print with their type's name
    if isinstance(value, float) and value and abs(value) < 1:
        numerator = round(value * 255)
        if numerator / 255 == value and len(f"{value!r}") > 6:  # noqa: PLR2004 - longer than "0.1234"
            return f"{numerator}/255"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e6:  # noqa: PLR2004 - readable integers
        return str(int(value))
    return repr(value)


def strength_in(annotation: Any, owner: type) -> dict[str, Any]:  # noqa: ANN401 - a type, or the text of one
    """Return what a field carries of the range that annotates it; nothing where none does.

    Args:
        annotation: Of the field, or its text.
        owner: The class that has the field.

    Raises:
        InvalidArgument: The text names what its module does not know.
    """
    if isinstance(annotation, str):
        # Others may speak of a PriceRange, which need not be there while the program runs.
        if not re.search(r"\bRange\(", annotation):
            return {}
        annotation = _read(annotation, owner)
    for one in getattr(annotation, "__metadata__", ()):
        if isinstance(one, Range):
            whole = annotation.__origin__ is int
            return {"strongest": one.strongest, "neutral": one.neutral, "value": round if whole else _tidy}
    return {}


def _read(annotation: str, owner: type) -> Any:  # noqa: ANN401 - any type
    """Return the type that the text of an annotation means to the class's module."""
    try:
        return eval(annotation, vars(sys.modules[owner.__module__]))  # noqa: S307 - the module's own source
    except (NameError, AttributeError, KeyError, SyntaxError) as error:
        raise InvalidArgument(
            f"{owner.__name__}: the annotation {annotation!r} cannot be read ({error}): import Range and what else "
            "it names at the module's top, not inside a function or for type checkers only"
        ) from None


def milder(value: Any, share: float, item: Any) -> Any:  # noqa: ANN401 - a field's value of any type, a dataclass field
    """Return a field's value at a share of its strength.

    Args:
        value: Of the field.
        share: In (0, 1].
        item: The dataclass field, whose metadata name the value that changes nothing.
    """
    if value is None:  # another parameter says how strong
        return None
    if "whole" in item.metadata:
        return max(1, round(share * value))
    neutral = item.metadata["neutral"]
    if "value" in item.metadata:
        return item.metadata["value"](neutral + share * (value - neutral))
    return _toward(value, share, neutral)


def _toward(value: Any, share: float, neutral: float) -> Any:  # noqa: ANN401 - a field's value of any type
    def move(number: float) -> float:
        return _tidy(neutral + share * (number - neutral))

    if isinstance(value, Exactly):
        return Exactly(move(value.value))
    if isinstance(value, Between):
        return Between(move(value.low), move(value.high))
    # A plain number is a range around neutral, so it is itself the distance from neutral.
    return value if value == inf else _tidy(share * value)


def _tidy(number: float) -> float:
    # A share of 8/255 is a number of grey levels again where it is all but one. Else ten
    # significant digits: enough for any grid, and 0.07 does not print as 0.07000000000000001.
    levels = round(number * 255)
    return levels / 255 if abs(number * 255 - levels) < 1e-9 else float(f"{number:.10g}")  # noqa: PLR2004 - rounding's size
