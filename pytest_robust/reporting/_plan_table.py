"""A plan as lines of plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from textwrap import wrap

from pytest_robust.core.duration import duration
from pytest_robust.core.planned import Planned
from pytest_robust.reporting._words import count, number, one_line

__all__ = ["plan_lines"]

_HEAD = ("examples", "queries", "gradients", "time", "likely", "in", "least drop")
_WIDTHS = (10, 12, 12, 9, 10, 9, 11)
_NONE = "-"
_INDENT = "    "


def plan_lines(
    plan: Sequence[Planned], *, width: int, lacking: Sequence[str] = (), budget: float = inf
) -> Iterator[str]:
    """Yield the lines: of each check what it is and its figures, then the sums and what they mean.

    Args:
        plan: The checks, in order.
        width: Columns; figures stand in columns and are never wrapped.
        lacking: What the plan does not know, a sentence each.
        budget: Seconds that the session would have.
    """
    if plan:
        yield _row(_HEAD)
    for one in plan:
        drawn = f" (drawn {count(one.draws)} times)" if one.draws > 1 else ""
        yield from _wrapped(f"{one.nodeid}: {one.title}{drawn}", width)
        yield _row(
            (
                count(one.examples),
                count(one.cost.queries * one.draws),
                count(one.cost.gradients * one.draws),
                duration(one.cost.seconds * one.draws),
                _NONE if one.likely is None else count(one.likely),
                _NONE if one.likely is None else duration(one.likely_cost.seconds * one.draws),
                number(one.drop, 4),
            )
        )
        if one.drop_in_churn is not None:
            churn = f"least drop {number(one.drop_in_churn, 4)} where 5 % of the answers change both ways"
            yield from _wrapped(churn, width, before=_INDENT)
        if one.note:
            yield from _wrapped(one.note, width, before=_INDENT)
    for told in (*_sums(plan, budget), *(f"not in the plan: {one}" for one in lacking)):
        yield from _wrapped(told, width)
    yield "PLANNED: nothing was judged"


def _sums(plan: Sequence[Planned], budget: float) -> Iterator[str]:
    queries, gradients = (sum(getattr(one.cost, name) * one.draws for one in plan) for name in ("queries", "gradients"))
    seconds, likely = (sum(getattr(one, name).seconds * one.draws for one in plan) for name in ("cost", "likely_cost"))
    checks = f"{count(len(plan))} check{'' if len(plan) == 1 else 's'}"
    yield f"{checks}: {count(queries)} queries and {count(gradients)} gradients, about {duration(seconds)}"
    if likely < seconds:
        yield f"with verdicts that are settled early, about {duration(likely)}"
    if budget < inf:
        fits = "it suffices" if likely <= budget else "it does not suffice: what comes last would be UNDECIDED"
        yield f"the budget is {duration(budget)}: {fits}"


def _row(cells: tuple[str, ...]) -> str:
    return " " + "".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def _wrapped(text: str, width: int, before: str = "") -> list[str]:
    return wrap(one_line(text), width, initial_indent=before, subsequent_indent=_INDENT)
