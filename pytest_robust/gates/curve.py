"""Robust accuracy over budgets, point by point."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.threat import check_budget
from pytest_robust.gates.measurement import Measurement
from pytest_robust.metrics._curve_point import CurvePoint

__all__ = ["Curve"]


class Curve(Mapping[float, Measurement]):
    """The measurements of robust accuracy at several budgets: `curve[0.1] >= 0.6`.

    It never rises with the budget: what a smaller one broke stays broken. The points share
    one evaluation, which begins when the first of them is compared.

    Args:
        attack: A value, whose own budget does not matter, or a class.
        eps: The budgets, each above 0.
        measured: Makes the measurement of a point.

    Raises:
        InvalidArgument: No attack with a budget, or no budgets.
    """

    def __init__(self, attack: Any, eps: Iterable[float], measured: Callable[[CurvePoint], Measurement]) -> None:  # noqa: ANN401 - a user's argument
        budgets = _budgets(eps)
        self._attack, self._budgets, self._measured = _attack(attack, budgets[0]), budgets, measured
        self._known: dict[float, Measurement] = {}

    def __getitem__(self, eps: float) -> Measurement:
        """Return the measurement at one of the budgets.

        Raises:
            KeyError: It is not among them.
        """
        if eps not in self._budgets:
            raise KeyError(f"{eps!r} is not a budget of this curve: {', '.join(map(repr, self._budgets))}")
        if eps not in self._known:
            point = CurvePoint(attack=self._attack, budgets=self._budgets, at=self._budgets.index(eps))
            self._known[eps] = self._measured(point)
        return self._known[eps]

    def __iter__(self) -> Iterator[float]:
        """Yield the budgets, ascending."""
        return iter(self._budgets)

    def __len__(self) -> int:
        """Return how many budgets there are."""
        return len(self._budgets)

    def estimates(self) -> dict[float, Estimate]:
        """Return the value at each budget, on all examples, with its interval."""
        return {eps: self[eps].estimate() for eps in self._budgets}

    def __repr__(self) -> str:
        """Return what is measured."""
        return f"curve of accuracy under {self._attack.family} at eps {', '.join(f'{eps:g}' for eps in self._budgets)}"


def _budgets(eps: Any) -> tuple[float, ...]:  # noqa: ANN401 - a user's argument
    try:
        budgets = tuple(sorted({float(one) for one in eps}))
    except (TypeError, ValueError):
        raise InvalidArgument(f"eps={eps!r}: a curve needs a list of budgets, such as eps=[0.02, 0.05, 0.1]") from None
    if not budgets:
        raise InvalidArgument(f"eps={eps!r}: a curve needs at least one budget")
    for one in budgets:
        check_budget(one)
    return budgets


def _attack(attack: Any, eps: float) -> Attack:  # noqa: ANN401 - a user's argument
    if isinstance(attack, type) and issubclass(attack, Attack) and "eps" in {item.name for item in fields(attack)}:
        made: Any = attack
        value: Attack = made(eps=eps)
        return value
    if isinstance(attack, Attack) and "eps" in {item.name for item in fields(attack)}:
        return attack
    raise InvalidArgument(
        f"curve: {attack!r} is not an attack with a budget: give a class such as PGD, or a value such as PGD(eps=0.1)"
    )
