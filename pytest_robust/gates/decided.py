"""What a number comes to beside its bar: the same for one session and for merged shards."""

from __future__ import annotations

from math import isfinite

from pytest_robust.core.claim import Claim
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.verdict import Bar, Decision, Verdict
from pytest_robust.statistics.examples_to_settle import examples_to_settle

__all__ = ["all_of", "by_interval", "by_value", "enough_for"]


def all_of(total: int) -> str:
    """Return what a verdict on all examples rests on."""
    return f"all {total} examples were evaluated"


def enough_for(bar: Bar, estimate: Estimate) -> int | None:
    """Return about how many examples would settle a share, None where no feasible number would."""
    return examples_to_settle(estimate.value, bar.value, confidence=estimate.confidence)


def by_value(bar: Bar, estimate: Estimate, *, rests_on: str, remedy: str) -> Verdict:
    """Return the verdict on these examples.

    Args:
        bar: What is demanded.
        estimate: What all of them came to.
        rests_on: What was done, in words.
        remedy: What to do where it fails.
    """
    passed = bar.holds(estimate.value)
    beyond = "" if isfinite(estimate.value) else "; the value is beyond everything that was found"
    return Verdict(
        decision=Decision.PASS if passed else Decision.FAIL,
        bar=bar,
        estimate=estimate,
        claim=Claim.DATASET,
        reason=f"{rests_on}{beyond}",
        remedy="" if passed else remedy,
    )


def by_interval(bar: Bar, estimate: Estimate, *, enough: int | None, remedy: str) -> Verdict:
    """Return the verdict on the population.

    Args:
        bar: What is demanded.
        estimate: What its sample came to.
        enough: How many examples would settle it, None for no feasible number.
        remedy: What to do where it fails.
    """
    above, below = estimate.low > bar.value, estimate.high < bar.value
    # On a bar that the interval touches, the comparison itself decides: an interval that
    # ends at the bar clears >= and <=.
    if bar.op == ">=":
        above = estimate.low >= bar.value
    if bar.op == "<=":
        below = estimate.high <= bar.value
    decision = Decision.UNDECIDED
    if above or below:
        decision = Decision.PASS if above == bar.upward else Decision.FAIL
    remedy = "" if decision is Decision.PASS else remedy
    reason = f"the whole {estimate.confidence:.0%} interval lies {'above' if above else 'below'} the bar"
    if decision is Decision.UNDECIDED:
        reason = f"the {estimate.confidence:.0%} interval holds the bar"
        settle = (
            f"about {enough:,} examples would settle it at this rate"
            if enough
            else "no feasible number would settle it"
        )
        remedy = f"{settle}; or claim only what holds on these examples (--robust-claim=dataset)"
    return Verdict(decision=decision, bar=bar, estimate=estimate, claim=Claim.POPULATION, reason=reason, remedy=remedy)
