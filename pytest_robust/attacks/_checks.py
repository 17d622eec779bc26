"""What several attacks ask of their parameters."""

from __future__ import annotations

from math import inf

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.goals import Goal, Targeted
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.threat import check_budget

__all__ = ["check_count", "check_extent", "check_norm", "check_one_aim", "check_radius", "check_step"]


def check_count(name: str, count: int, *, least: int = 1) -> None:
    """Refuse what is not a whole number of at least `least`.

    Raises:
        InvalidArgument: It is not.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < least:
        raise InvalidArgument(f"{name}={count!r} must be an integer, at least {least}")


def check_step(name: str, size: float) -> None:
    """Refuse what is not a finite number above 0.

    Raises:
        InvalidArgument: It is not.
    """
    if isinstance(size, bool) or not isinstance(size, (int, float)) or not 0 < size < inf:
        raise InvalidArgument(f"{name}={size!r} must be a finite number above 0")


def check_extent(name: str, size: float) -> None:
    """Refuse what is not a finite number from 0.

    Raises:
        InvalidArgument: It is not.
    """
    if isinstance(size, bool) or not isinstance(size, (int, float)) or not 0 <= size < inf:
        raise InvalidArgument(f"{name}={size!r} must be a finite number, at least 0")


def check_radius(eps: float) -> None:
    """Refuse what is neither a budget nor infinity, which asks for the nearest change of any size.

    Raises:
        InvalidArgument: It is neither.
    """
    if eps != inf:
        check_budget(eps)


def check_norm(attack: Attack) -> None:
    """Refuse a norm that an attack has no method for.

    Raises:
        InvalidArgument: It is not among those it knows.
    """
    if attack.norm not in attack.norms:
        known = " or ".join(map(repr, attack.norms))
        raise InvalidArgument(f"{type(attack).__name__}: norm={attack.norm!r} must be {known}")


def check_one_aim(targets: int, goal: Goal) -> None:
    """Refuse classes to try in turn beside one to aim at.

    Raises:
        InvalidArgument: There are both.
    """
    if targets and isinstance(goal, Targeted):
        raise InvalidArgument(f"targets={targets} and goal={goal!r}: an attack has one aim; leave out one")
