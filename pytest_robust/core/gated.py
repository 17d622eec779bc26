"""What a comparison with an earlier release comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from pytest_robust.core.example import Example

__all__ = ["GateDecision", "Gated", "GatedCheck"]


class GateDecision(Enum):
    """What one check comes to beside its baseline."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    IMPROVED = "IMPROVED"
    NEW = "NEW"
    WAIVED = "WAIVED"
    FAIL = "FAIL"
    UNDECIDED = "UNDECIDED"
    MISSING = "MISSING"
    INVALID = "INVALID"
    NO_BAR = "NO BAR"

    @property
    def lets_through(self) -> bool:
        """Whether the release may go out with it."""
        return self in {GateDecision.PASS, GateDecision.IMPROVED, GateDecision.NEW, GateDecision.WAIVED}


@dataclass(frozen=True, kw_only=True)
class GatedCheck:
    """One check beside its baseline.

    Args:
        check: Its stable id: the test and what it measured.
        title: What was measured, in words; empty where that is not known.
        decision: A word of `GateDecision`.
        reason: Why, in a sentence.
        remedy: What to do next; empty where there is nothing to do.
        old: The baseline's value; None where there is none.
        new: The candidate's value; None where there is none.
        drop: How much worse the candidate is; below 0 where it is better.
        low: Lower end of the drop's interval for the population.
        high: Upper end.
        margin: The largest drop allowed.
        newly_broken: Examples that only the baseline got right; None where there are no pairs.
        newly_right: Examples that only the candidate got right.
        method: How the drop's interval was made.
        old_low: Lower end of the interval of the baseline's value.
        old_high: Upper end.
        family: What stays the same along a curve over `level`; empty for none.
        level: The strength on that curve; None where there is no single one.
        broken: Some of the examples that only the baseline got right.
        fixed: Some of the examples that only the candidate got right.
    """

    check: str
    title: str = ""
    decision: str
    reason: str
    remedy: str = ""
    old: float | None = None
    new: float | None = None
    drop: float | None = None
    low: float | None = None
    high: float | None = None
    margin: float = 0.0
    newly_broken: int | None = None
    newly_right: int | None = None
    method: str = ""
    old_low: float | None = None
    old_high: float | None = None
    family: str = ""
    level: float | None = None
    broken: tuple[Example, ...] = ()
    fixed: tuple[Example, ...] = ()

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> GatedCheck:
        """Return what `dataclasses.asdict` made of one."""
        examples = {name: tuple(map(Example.from_dict, values[name])) for name in ("broken", "fixed")}
        return cls(**{**values, **examples})

    @property
    def lets_through(self) -> bool:
        """Whether the release may go out with it; a word that is not known may not."""
        return any(self.decision == known.value and known.lets_through for known in GateDecision)


@dataclass(frozen=True, kw_only=True)
class Gated:
    """A release beside the one before it.

    Args:
        evaluated: Whether the session came to its end, so that there is a verdict at all.
        baseline: What the release was compared with, in words.
        first: Whether there was no release before it, so that only bars hold.
        margin: The largest drop allowed.
        checks: Each check of the baseline, in its order, then what is new.
    """

    evaluated: bool
    baseline: str
    first: bool = False
    margin: float = 0.0
    checks: tuple[GatedCheck, ...] = ()

    @property
    def blocking(self) -> tuple[GatedCheck, ...]:
        """What stands between the release and its users."""
        return tuple(check for check in self.checks if not check.lets_through)

    @property
    def passed(self) -> bool:
        """Whether the release may go out: evaluated, something was checked, and nothing stands against it."""
        return self.evaluated and bool(self.checks) and not self.blocking

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Gated:
        """Return what `dataclasses.asdict` made of one."""
        return cls(**{**values, "checks": tuple(map(GatedCheck.from_dict, values["checks"]))})
