"""A check that may be worse than its baseline for a while."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.gated import GatedCheck, GateDecision

__all__ = ["Waiver"]

_UNTIL = re.compile(r"(?P<reason>.*\S)\s*\(until (?P<until>\d{4}-\d\d-\d\d)\)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """Lets a check through until a day, for a reason.

    Args:
        check: The check's id.
        reason: Why.
        until: The last day on which it holds.
    """

    check: str
    reason: str
    until: date

    @classmethod
    def of(cls, line: str, known: Collection[str]) -> Waiver:
        """Return the waiver that a line states: `check-id: reason (until YYYY-MM-DD)`.

        Args:
            line: Of the ini file.
            known: The ids of the baseline's checks.

        Raises:
            InvalidArgument: It is no such line, its day is none, or it names no check of the baseline.

        Examples:
            >>> Waiver.of("test_m.py::test_a::accuracy: new sensor (until 2026-06-30)", ["test_m.py::test_a::accuracy"])
            Waiver(check='test_m.py::test_a::accuracy', reason='new sensor', until=datetime.date(2026, 6, 30))
        """
        # The longest: an id may begin with another, and hold colons of its own.
        check = max((one for one in known if line.startswith(f"{one}:")), key=len, default=None)
        if check is None:
            raise InvalidArgument(
                f"{line!r} waives none of the baseline's checks: {', '.join(sorted(known)) or 'none'}"
            )
        told = _UNTIL.fullmatch(line[len(check) + 1 :].strip())
        if told is None:
            raise InvalidArgument(f"{line!r}: write check-id: reason (until YYYY-MM-DD); a waiver needs both")
        try:
            until = date.fromisoformat(told["until"])
        except ValueError as error:
            raise InvalidArgument(f"{line!r}: {told['until']} is no day: {error}") from None
        return cls(check=check, reason=told["reason"], until=until)

    def over(self, made: GatedCheck, today: date) -> GatedCheck:
        """Return what a check comes to under the waiver: one that has expired fails, whatever the check says."""
        if today > self.until:
            return replace(
                made,
                decision=GateDecision.FAIL.value,
                reason=f"its waiver ({self.reason}) ended on {self.until.isoformat()}; without it: "
                f"{made.decision}, {made.reason}",
                remedy="take the waiver out of robust_waive, or set a new day",
            )
        if made.lets_through:
            return made
        return replace(
            made,
            decision=GateDecision.WAIVED.value,
            reason=f"waived until {self.until.isoformat()} ({self.reason}); without that: "
            f"{made.decision}, {made.reason}",
        )
