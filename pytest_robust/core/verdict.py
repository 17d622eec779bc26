"""What a check comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from pytest_robust.core.claim import Claim
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.outcomes import Cost, Examined, Finding

__all__ = ["Bar", "Decision", "Verdict"]


class Decision(Enum):
    """PASS is the only one that says that something holds; PLANNED and SHARD say that nothing was judged yet."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    UNDECIDED = "UNDECIDED"
    INVALID = "INVALID"
    NO_BAR = "NO BAR"
    PLANNED = "PLANNED"
    SHARD = "SHARD"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """What a value is compared with.

    Args:
        op: One of >=, >, <=, <.
        value: The number on the other side.
        of: The other side in words, where it is not just a number.
    """

    op: str
    value: float
    of: str = ""

    def holds(self, value: float) -> bool:
        """Return whether `value` is on the right side."""
        return {">=": value >= self.value, ">": value > self.value, "<=": value <= self.value, "<": value < self.value}[
            self.op
        ]

    @property
    def upward(self) -> bool:
        """Whether more is better."""
        return self.op.startswith(">")

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"{self.op} {self.of or format(self.value, 'g')}"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A decision and what it rests on. True only if it is PASS, or PLANNED where the test is to go on unjudged.

    On one shard of the examples it is true too, so that a test goes on to its next check: nothing is
    judged there, and no report or gate takes it for a PASS.

    Args:
        decision: What the check comes to.
        bar: What was demanded, None where nothing was.
        estimate: What was measured, None where nothing could be.
        claim: What it is about.
        reason: Why this decision, in a sentence.
        remedy: What to run or change next; empty for a PASS.
        findings: Reasons not to believe the attack.
        health: What was looked for in the attack beyond what the measurement itself saw.
        spent: What it took to look for these beyond the measurement itself.
        explanation: The whole message, as `assert` shows it.
    """

    decision: Decision
    bar: Bar | None
    estimate: Estimate | None
    claim: Claim
    reason: str
    remedy: str = ""
    findings: tuple[Finding, ...] = ()
    health: tuple[Examined, ...] = ()
    spent: Cost = field(default_factory=Cost)
    explanation: str = ""

    def __bool__(self) -> bool:
        """Return whether the test goes on: the check passed, or nothing is judged in this session."""
        return self.decision in {Decision.PASS, Decision.PLANNED, Decision.SHARD}
