"""Robust accuracy over strengths, point by point."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import Metric
from pytest_robust.core.parameters import check_severity
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.threat import check_budget
from pytest_robust.gates.measurement import Measurement
from pytest_robust.metrics._curve_point import CurvePoint
from pytest_robust.metrics._errors import at_all_severities
from pytest_robust.metrics.accuracy import Accuracy

__all__ = ["Curve"]


class Curve(Mapping[float, Measurement]):
    """The measurements of robust accuracy at several strengths: `curve[0.1] >= 0.6`.

    Over budgets it never rises: what a smaller one broke stays broken, and the points share
    one evaluation, which begins when the first of them is compared. Over severities each
    point is what `accuracy(under=...)` gives there, and may lie above a milder one.

    Args:
        axis: What the strengths are: `eps` or `severity`.
        family: What is the same along it.
        points: What is measured at each strength, ascending.
        measured: Makes the measurement of a point.
    """

    def __init__(
        self, axis: str, family: str, points: Mapping[float, Metric], measured: Callable[[Metric], Measurement]
    ) -> None:
        self._axis, self._family, self._points, self._measured = axis, family, points, measured
        self._known: dict[float, Measurement] = {}

    @classmethod
    def over_budgets(cls, attack: Any, eps: Iterable[float], measured: Callable[[Metric], Measurement]) -> Curve:  # noqa: ANN401 - a user's argument
        """Return the curve of an attack.

        Args:
            attack: A value, whose own budget does not matter, or a class.
            eps: The budgets, each above 0.
            measured: Makes the measurement of a point.

        Raises:
            InvalidArgument: No attack with a budget, or no budgets.
        """
        budgets = _budgets(eps)
        made = _attack(attack, budgets[0])
        points = {one: CurvePoint(attack=made, budgets=budgets, at=turn) for turn, one in enumerate(budgets)}
        return cls("eps", made.family, points, measured)

    @classmethod
    def over_severities(
        cls,
        corruption: Any,  # noqa: ANN401 - a user's argument
        severity: Iterable[int],
        measured: Callable[[Metric], Measurement],
    ) -> Curve:
        """Return the curve of a corruption.

        Args:
            corruption: A value, whose own severity does not matter, or a class.
            severity: From 1 to 5 each.
            measured: Makes the measurement of a point.

        Raises:
            InvalidArgument: It has no severities, or there are none such.
        """
        every = at_all_severities(corruption)
        try:
            wanted = sorted(set(severity))
        except TypeError:
            wanted = []
        if not wanted:
            raise InvalidArgument(f"severity={severity!r}: a curve needs a list of severities, such as range(1, 6)")
        for one in wanted:
            check_severity(one)
        points: dict[float, Metric] = {one: Accuracy(under=every[one - 1]) for one in wanted}
        return cls("severity", every[0].family, points, measured)

    def __getitem__(self, at: float) -> Measurement:
        """Return the measurement at one of the strengths.

        Raises:
            KeyError: It is not among them.
        """
        if at not in self._points:
            raise KeyError(f"{at!r} is no {self._axis} of this curve: {', '.join(map(repr, self._points))}")
        if at not in self._known:
            self._known[at] = self._measured(self._points[at])
        return self._known[at]

    def __iter__(self) -> Iterator[float]:
        """Yield the strengths, ascending."""
        return iter(self._points)

    def __len__(self) -> int:
        """Return how many strengths there are."""
        return len(self._points)

    def estimates(self) -> dict[float, Estimate]:
        """Return the value at each strength, on all examples, with its interval."""
        return {at: self[at].estimate() for at in self._points}

    def __repr__(self) -> str:
        """Return what is measured."""
        return f"curve of accuracy under {self._family} at {self._axis} {', '.join(f'{at:g}' for at in self._points)}"


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
