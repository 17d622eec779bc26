"""Inputs held against what a model says that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pytest_robust.core.errors import InvalidData

__all__ = ["check_shape", "named"]


def named(given: Any, names: list[str]) -> Mapping[str, Any]:  # noqa: ANN401 - a framework's arrays
    """Return one array for each of a model's inputs.

    Args:
        given: An array, or a dict of arrays.
        names: What the model calls its inputs.

    Raises:
        InvalidData: There is one array and several inputs, or the names are others.
    """
    if not isinstance(given, Mapping):
        if len(names) > 1:
            raise InvalidData(f"the model's inputs are {names}, the data are one array: give a dict with these names")
        return {names[0]: given}
    if set(given) != set(names):
        raise InvalidData(f"the model's inputs are {names}, the data have {sorted(given)}: use the model's names")
    return given


def check_shape(given: tuple[Any, ...], wanted: tuple[Any, ...], *, name: str) -> None:
    """Refuse examples of another shape than an input takes.

    Args:
        given: The shape of an example.
        wanted: The shape that the input takes, None for what may be of any length.
        name: What the model calls the input.

    Raises:
        InvalidData: They differ; the message says what would make them fit.
    """
    if len(given) == len(wanted) and all(w is None or g == w for g, w in zip(given, wanted, strict=True)):
        return
    message = f"x has examples of shape {given}, the model's input {name!r} takes {wanted}"
    if (*given, 1) == wanted:
        raise InvalidData(f"{message}: add the channel with x[..., None]")
    if np.prod(given) == np.prod([w or -1 for w in wanted]):
        raise InvalidData(f"{message}: reshape with x.reshape(-1, {', '.join(map(str, wanted))})")
    raise InvalidData(message)
