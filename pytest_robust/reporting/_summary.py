"""What a whole run comes to: the one place that adds verdicts up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pytest_robust.core.record import Record, Run
from pytest_robust.core.verdict import Decision
from pytest_robust.reporting._gate_words import gate_headline
from pytest_robust.reporting._words import NOT_EVALUATED, one_line

__all__ = ["NOT_EVALUATED", "Summary", "badness", "is_pass", "slug", "worst_first"]

# FAIL before INVALID: a breach that was shown stays, whatever becomes of the attack that proved nothing.
_WORST_FIRST = tuple(
    decision.value
    for decision in (
        Decision.FAIL,
        Decision.INVALID,
        Decision.UNDECIDED,
        Decision.SHARD,
        Decision.NO_BAR,
        Decision.PASS,
    )
)
_TOLD_FIRST = (Decision.PASS.value, *_WORST_FIRST)


def badness(decision: str) -> int:
    """Return a number that is larger for a worse decision, and largest for a word not known."""
    return len(_WORST_FIRST) - _WORST_FIRST.index(decision) if decision in _WORST_FIRST else len(_WORST_FIRST) + 1


def is_pass(record: Record) -> bool:
    """Return whether the check passed."""
    return record.decision == Decision.PASS.value


def slug(decision: str) -> str:
    """Return the word for a decision in names of styles."""
    known = {*_WORST_FIRST, NOT_EVALUATED}
    return decision.lower().replace(" ", "-") if decision in known else "unknown"


def worst_first(records: tuple[Record, ...]) -> list[Record]:
    """Return the records from the worst decision to the best, else in their order."""
    return sorted(records, key=lambda record: -badness(record.decision))


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a run comes to.

    It is PASS only if the session came to its end, made checks, and all of them passed, no test
    failed for another reason, and the gate passed where there is one.

    Args:
        decision: The worst decision of the run, or "not evaluated".
        reason: Why, in a few words.
        counts: Each decision there is and how often, PASS first, then the worst first.
        total: How many checks there are.
    """

    decision: str
    reason: str
    counts: tuple[tuple[str, int], ...]
    total: int

    @classmethod
    def of(cls, run: Run) -> Summary:
        """Return what `run` comes to."""
        found = Counter(record.decision for record in run.records)
        order = sorted(found, key=lambda word: (_TOLD_FIRST.index(word) if word in _TOLD_FIRST else 0, word))
        counts = tuple((word, found[word]) for word in order)
        total = len(run.records)
        worst = max(found, key=badness, default="")
        beside = _beside(run)
        if not run.complete:
            decision, reason = NOT_EVALUATED, "the session was interrupted"
        elif run.ran is not None and run.ran.shard:
            decision, reason = NOT_EVALUATED, f"shard {run.ran.shard} of the examples, to be merged with the others"
        elif not run.records:
            decision, reason = NOT_EVALUATED, "no check was made"
        elif worst == Decision.PASS.value and beside:
            decision, reason = Decision.FAIL.value, _failed(beside)
        elif worst == Decision.PASS.value:
            decision, reason = worst, _checks(total) if total == 1 else f"all {_checks(total)}"
        else:
            decision = worst
            others = [f"{n} {word}" for word, n in counts if word not in {worst, Decision.PASS.value}]
            reason = f"{found[worst]} of {_checks(total)}" + (f", and {', '.join(others)}" if others else "")
        if run.gate is not None and decision != NOT_EVALUATED:
            if not run.gate.evaluated:
                decision, reason = NOT_EVALUATED, "the gate did not come to its end"
            elif run.gate.passed or decision != Decision.PASS.value:
                reason = f"{reason}; gate {gate_headline(run.gate)}"
            else:
                decision = Decision.FAIL.value
                reason = f"gate {gate_headline(run.gate)}; the checks by themselves: all PASS"
        return cls(decision=decision, reason=reason, counts=counts, total=total)

    @property
    def headline(self) -> str:
        """The decision and why, as in "FAIL: 2 of 12 checks"."""
        return f"{self.decision}: {self.reason}"

    @property
    def tally(self) -> str:
        """How many checks came to what, as in "12 checks: 9 PASS, 2 FAIL, 1 INVALID"."""
        told = ", ".join(f"{n} {word}" for word, n in self.counts)
        return f"{_checks(self.total)}: {told}" if told else "0 checks"

    @property
    def line(self) -> str:
        """The tally, after the reason not to read it as a verdict where there is one."""
        return f"{self.headline}; {self.tally}" if self.decision == NOT_EVALUATED else self.tally


def _beside(run: Run) -> tuple[str, ...]:
    """Return the tests that failed by no check: by an error before it, or another assertion."""
    told = {record.nodeid for record in run.records if not is_pass(record)}
    return tuple(test for test in run.ran.failed if test not in told) if run.ran is not None else ()


def _failed(tests: tuple[str, ...]) -> str:
    more = f" and {len(tests) - 1} more" if len(tests) > 1 else ""
    return f"a test failed that no check tells of: {one_line(tests[0])}{more}"


def _checks(count: int) -> str:
    return f"{count} check" if count == 1 else f"{count} checks"
