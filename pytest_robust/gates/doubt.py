"""Where a verdict rests on an attack that proves nothing."""

from __future__ import annotations

from dataclasses import replace

from pytest_robust.core.metric import ExampleMetric, Flattery
from pytest_robust.core.outcomes import Cost, Finding
from pytest_robust.core.verdict import Bar, Decision, Verdict
from pytest_robust.gates.case import Case

__all__ = ["doubted", "holds_anyway", "leans_on_failure", "proves_nothing", "questioned", "signs_of", "total_cost"]


def doubted(case: Case, verdict: Verdict, *, flipped: bool = False) -> Verdict:
    """Return INVALID instead of a verdict that rests on an attack which proves nothing.

    What an attack did break is broken, however sick it is. Only a verdict that needs the
    attack to have failed is in doubt: a PASS of robust accuracy above its bar.

    Args:
        case: What was judged, or the other side of a comparison.
        verdict: What it came to, with what is known already to speak against an attack.
        flipped: Whether it is the other side: a higher value of that is a lower one of this check.
    """
    bar = verdict.bar
    flattery = case.metric.flattery
    if bar is None or flattery is Flattery.NONE or verdict.decision not in {Decision.PASS, Decision.FAIL}:
        return verdict
    if leans_on_failure(verdict, flattery) != flipped:
        told = questioned(case, verdict, anyway=holds_anyway(case, bar))
        # Of the other side's attack the findings tell; what was seen in a healthy one is no line of this check.
        told = replace(told, health=verdict.health) if flipped else told
        return replace(told, findings=(*verdict.findings, *told.findings))
    return replace(verdict, findings=(*verdict.findings, *_found(case, verdict)))


def leans_on_failure(verdict: Verdict, flattery: Flattery) -> bool:
    """Return whether a PASS or FAIL would be another if the attack had broken more."""
    if verdict.bar is None or verdict.decision not in {Decision.PASS, Decision.FAIL}:
        return False
    says_high = (verdict.decision is Decision.PASS) == verdict.bar.upward
    return says_high == (flattery is Flattery.UP)


def _found(case: Case, verdict: Verdict) -> tuple[Finding, ...]:
    """Return what spoke against the attacks while the verdict was reached."""
    looked = verdict.estimate.n if verdict.estimate is not None else 0
    return tuple(finding for outcomes in case.outcomes_at(looked) for finding in outcomes.findings)


def questioned(case: Case, verdict: Verdict, *, anyway: bool = False) -> Verdict:
    """Return INVALID instead of what rests on an attack's failure, where that proves nothing.

    Args:
        case: What was judged.
        verdict: Rests on it.
        anyway: Whether the verdict would be the same whatever the attack did.
    """
    verdict = signs_of(case, verdict, anyway=anyway)
    return proves_nothing(verdict, verdict.findings) if verdict.findings else verdict


def signs_of(case: Case, verdict: Verdict, *, anyway: bool) -> Verdict:
    """Return the verdict with all that speaks against the attacks, and what it took to look for that.

    Args:
        case: What was judged.
        verdict: Rests on the attack, or may.
        anyway: Whether the verdict would be the same whatever the attack did.
    """
    if case.metric.flattery is Flattery.NONE:
        return verdict
    findings = _found(case, verdict)
    if not findings and not anyway:
        # Asked for only here: it costs model calls, and no other verdict needs it.
        looked = verdict.estimate.n if verdict.estimate is not None else 0
        opinions = [one.opinion_at(min(looked, one.done)) for one in case.evaluations]
        findings = tuple(finding for opinion in opinions for finding in opinion.findings)
        verdict = replace(
            verdict,
            health=(*verdict.health, *(examined for opinion in opinions for examined in opinion.health)),
            spent=total_cost(verdict.spent, *(opinion.cost for opinion in opinions)),
        )
    return replace(verdict, findings=findings)


def proves_nothing(verdict: Verdict, findings: tuple[Finding, ...]) -> Verdict:
    """Return INVALID instead of what rests on an attack that these findings speak against."""
    return replace(
        verdict,
        decision=Decision.INVALID,
        findings=findings,
        reason=f"the attack proves nothing about this model: {'; '.join(finding.sign for finding in findings)}",
        remedy="; ".join(dict.fromkeys(finding.remedy for finding in findings)),
    )


def holds_anyway(case: Case, bar: Bar) -> bool:
    """Whether an attack that breaks everything would change nothing: a bar of 0, for instance."""
    return isinstance(case.metric, ExampleMetric) and not bar.of and bar.holds(0.0) == bar.holds(1.0)


def total_cost(*costs: Cost) -> Cost:
    """Return what several evaluations took together."""
    return Cost(
        queries=sum(cost.queries for cost in costs),
        gradients=sum(cost.gradients for cost in costs),
        seconds=sum(cost.seconds for cost in costs),
    )
