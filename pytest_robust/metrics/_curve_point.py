"""Robust accuracy at one budget of several."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Any

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.metric import ExampleMetric, Flattery, Request
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Attack, Perturbation, WorstOf

__all__ = ["CurvePoint"]

# By which share of its budget a change may be longer, as in `ThreatModel.allows`.
_ROUNDING = 1e-4


@dataclass(frozen=True, kw_only=True)
class CurvePoint(ExampleMetric):
    """Robust accuracy at one budget, where an example broken at a smaller one stays broken.

    All budgets share one evaluation. An attack of a fixed budget meets at each the examples
    that stood the smaller ones; one that seeks the nearest change is run once, and its
    distances tell for every budget.

    Args:
        attack: With any budget.
        budgets: All of the curve's, ascending.
        at: Which of them, from 0.
    """

    attack: Attack
    budgets: tuple[float, ...]
    at: int

    @property
    def title(self) -> str:
        """What it is."""
        return "accuracy"

    @property
    def quantity(self) -> str:
        """What is measured."""
        return "accuracy"

    @cached_property
    def under(self) -> Attack:
        """The attack at the point's budget."""
        return _with_budget(self.attack, self.budgets[self.at])

    @property
    def flattery(self) -> Flattery:
        """A weak attack leaves more right."""
        return Flattery.UP

    def requests(self) -> tuple[Request, ...]:
        """Return the one evaluation that all points need."""
        if _seeks_the_nearest(self.attack):
            return (Request(under=_with_budget(self.attack, inf)),)
        rungs: tuple[Perturbation, ...] = tuple(_with_budget(self.attack, eps) for eps in self.budgets)
        return (Request(under=WorstOf(*rungs)),)

    def scores(self, outcomes: Outcomes) -> Floats:
        """Return (n,) 1 where the example was right and no budget up to this one broke it."""
        stands = outcomes.perturbed > 0
        if outcomes.broken_by is not None:
            held = (outcomes.broken_by < 0) | (outcomes.broken_by > self.at)
        else:
            limit = self.budgets[self.at] * (1 + _ROUNDING)
            far = np.full(len(outcomes), inf) if outcomes.distance is None else outcomes.distance
            held = stands | ~(far <= limit)
        return np.where(outcomes.clean > 0, held, 0).astype(np.float64)


def _with_budget(attack: Attack, eps: float) -> Attack:
    made: Any = attack
    other: Attack = replace(made, eps=eps)
    return other


def _seeks_the_nearest(attack: Attack) -> bool:
    known: Any = attack
    return bool(known.__dataclass_fields__["eps"].default == inf)
