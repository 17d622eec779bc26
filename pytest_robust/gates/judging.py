"""What becomes of a measurement that is compared or asked for its value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from pytest_robust.core.estimate import Estimate
from pytest_robust.core.verdict import Bar, Verdict
from pytest_robust.gates.case import Case
from pytest_robust.gates.judge import judge, measure, report
from pytest_robust.gates.judge_paired import judge_paired

__all__ = ["SETTLING", "Judging", "Settling"]


class Judging(ABC):
    """Answers a measurement's questions."""

    @abstractmethod
    def measure(self, case: Case) -> Estimate:
        """Return the value."""

    @abstractmethod
    def judge(self, case: Case, bar: Bar | None) -> Verdict:
        """Return the verdict against a number, or of a run without bars."""

    @abstractmethod
    def judge_paired(self, case: Case, other: Case, bar: Bar, shift: float) -> Verdict:
        """Return the verdict against another measurement and a shift."""


@dataclass(frozen=True)
class Settling(Judging):
    """Evaluates as far as it takes to know."""

    def measure(self, case: Case) -> Estimate:
        return measure(case)

    def judge(self, case: Case, bar: Bar | None) -> Verdict:
        return report(case) if bar is None else judge(case, bar)

    def judge_paired(self, case: Case, other: Case, bar: Bar, shift: float) -> Verdict:
        return judge_paired(case, other, bar, shift)


SETTLING = Settling()
"""What everyone gets who asks for nothing else."""
