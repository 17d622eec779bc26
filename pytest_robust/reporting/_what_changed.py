"""What the gate saw change, example by example, and what stands first on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pytest_robust.core.gated import Gated, GatedCheck, GateDecision
from pytest_robust.core.record import Run
from pytest_robust.reporting._exhibits import Exhibit
from pytest_robust.reporting._gate_words import gate_slug, told_first
from pytest_robust.reporting._summary import is_pass, slug, worst_first
from pytest_robust.reporting._words import key_of, title_of

__all__ = ["Change", "Step", "changed_checks", "first_steps", "turned"]

_MOST_STEPS = 3
_UNSHOWN = {GateDecision.UNDECIDED.value, GateDecision.NO_BAR.value}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A check beside its baseline, ready to be shown.

    Args:
        check: The comparison.
        broken: Examples that only the baseline got right.
        fixed: Examples that only this run got right.
    """

    check: GatedCheck
    broken: tuple[Exhibit, ...]
    fixed: tuple[Exhibit, ...]


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something to do before anything else.

    Args:
        decision: What the check came to.
        style: The word for that in names of styles.
        title: Which check.
        place: Where the page tells of it; empty for nowhere.
        what: What to do.
    """

    decision: str
    style: str
    title: str
    place: str
    what: str


def changed_checks(gated: Gated | None) -> list[GatedCheck]:
    """Return the checks that block the release, then others of which examples that turned were kept."""
    listed = told_first(gated) if gated else []
    return [*_blocking(gated), *(each for each in listed if each.lets_through and (each.broken or each.fixed))]


def turned(gated: Gated) -> tuple[int, int] | None:
    """Return how many examples broke and how many were mended, over all checks; None where none has pairs."""
    paired = [each for each in gated.checks if each.newly_broken is not None]
    if not paired:
        return None
    return sum(each.newly_broken or 0 for each in paired), sum(each.newly_right or 0 for each in paired)


def first_steps(run: Run, places: Mapping[str, str]) -> tuple[tuple[Step, ...], int]:
    """Return the first things to do, and how many more there are.

    Args:
        run: The run.
        places: Where on the page each check is told of, by its name in a baseline.
    """
    steps = {
        check.check: Step(
            decision=check.decision,
            style=gate_slug(check.decision),
            title=check.title or check.check,
            place=places.get(check.check, "gate"),
            what=check.remedy or check.reason,
        )
        for check in _blocking(run.gate)
    }
    for record in worst_first(run.records):
        # What the gate blocks and what fails by itself is often the same check, and told once.
        if not is_pass(record) and key_of(record) not in steps:
            steps[key_of(record)] = Step(
                decision=record.decision,
                style=slug(record.decision),
                title=title_of(record, run),
                place=places[key_of(record)],
                what=record.remedy or record.reason,
            )
    return tuple(steps.values())[:_MOST_STEPS], max(0, len(steps) - _MOST_STEPS)


def _blocking(gated: Gated | None) -> list[GatedCheck]:
    """Return what stands against the release: what was shown before what could not be, the larger drop first."""
    blocking = gated.blocking if gated else ()
    return sorted(blocking, key=lambda check: (check.decision in _UNSHOWN, -(check.drop or 0.0)))
