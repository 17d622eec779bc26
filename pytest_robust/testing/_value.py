"""What makes a perturbation a value: equal by its parameters, unchangeable, written as code."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest_robust
from pytest_robust.core.perturbation import Perturbation

__all__ = ["check_value", "require"]


def require(held: bool, message: str) -> None:  # noqa: FBT001 - a condition, as in an assert
    """Raise an AssertionError with the message where a condition does not hold.

    Not `assert`: a check must hold under `python -O` as well.
    """
    if not held:
        raise AssertionError(message)


def check_value(perturbation: Perturbation, *, room: ModuleType) -> None:
    """Check that a perturbation is hashable, frozen, made again by its repr, and can be milder.

    Args:
        perturbation: An instance.
        room: Where users import its kind from: its repr may use the names there, those of
            `pytest_robust`, and those of the file that defines it.

    Raises:
        AssertionError: It is not; the message says how to repair it.
    """
    _check_hash(perturbation)
    _check_frozen(perturbation)
    _check_repr(perturbation, room)
    _check_scaled(perturbation)


def _check_hash(perturbation: Perturbation) -> None:
    try:
        hash(perturbation)
    except TypeError as error:
        raise AssertionError(f"{perturbation!r} cannot be hashed ({error}): give tuples for lists and arrays") from None


def _check_frozen(perturbation: Perturbation) -> None:
    # A name that is no field: a class that is not itself a frozen dataclass inherits the
    # protection of `on` alone.
    try:
        perturbation.__setattr__("changed", True)
    except AttributeError:
        return
    object.__delattr__(perturbation, "changed")
    raise AssertionError(
        f"{perturbation!r} can be changed: write @dataclass(frozen=True, kw_only=True, repr=False) above its class"
    )


def _check_repr(perturbation: Perturbation, room: ModuleType) -> None:
    words = _Words(sys.modules[type(perturbation).__module__], room, pytest_robust)
    try:
        again = eval(repr(perturbation), {}, words)  # noqa: S307 - that it runs is what is checked
    except Exception as error:
        raise AssertionError(f"the repr {perturbation!r} does not run: {error!r}") from error
    require(
        again == perturbation,
        f"the repr {perturbation!r} makes another value: {_fields(again)}, not {_fields(perturbation)}",
    )


def _check_scaled(perturbation: Perturbation) -> None:
    try:
        milder = perturbation.scaled(0.5)
    except Exception as error:
        raise AssertionError(
            f"{perturbation!r}.scaled(0.5) raises {error!r}; half a strength must be one too"
        ) from error
    require(type(milder) is type(perturbation), f"{perturbation!r}.scaled(0.5) is {milder!r}, of another class")


def _fields(value: object) -> object:
    return getattr(value, "__dict__", value)


class _Words(dict[str, Any]):
    """The names a repr may use, imported only when it does."""

    def __init__(self, *rooms: ModuleType) -> None:
        super().__init__()
        self._rooms = rooms

    def __missing__(self, name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
        for room in self._rooms:
            if hasattr(room, name):
                return getattr(room, name)
        raise KeyError(name)
