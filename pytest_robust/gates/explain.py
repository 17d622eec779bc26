"""A verdict as a record, and in words."""

from __future__ import annotations

import re
from math import isfinite

import numpy as np

from pytest_robust.core.criteria import Correct
from pytest_robust.core.example import Example
from pytest_robust.core.groups import Groups
from pytest_robust.core.metric import ExampleMetric, Metric, registered_name
from pytest_robust.core.outcomes import Cost, Outcomes
from pytest_robust.core.perturbation import Clean, Perturbation, members
from pytest_robust.core.record import Record
from pytest_robust.core.scores import Scores
from pytest_robust.core.verdict import Decision, Verdict
from pytest_robust.gates._classes import class_scores
from pytest_robust.gates.case import Case
from pytest_robust.gates.shards import piece_of

__all__ = ["explain", "record_of", "title_of", "under_of"]

# Characters of a changed input in a message; the report has more.
_SHOWN = 80


def under_of(metric: object) -> Perturbation | None:
    """Return the perturbation a metric measures under, None for none."""
    under = getattr(metric, "under", None)
    return None if under is None or isinstance(under, Clean) else under


def title_of(case: Case) -> str:
    """Return what is measured, in words."""
    under = under_of(case.metric)
    criterion = getattr(case.metric, "criterion", Correct())
    judged = "" if criterion == Correct() else f" by {criterion!r}"
    return f"{case.metric.title}{judged}{f' under {under!r}' if under else ''}"


def record_of(case: Case, verdict: Verdict | None, *, subject: str, title: str) -> Record:
    """Return what is kept of a check.

    Args:
        case: What was judged.
        verdict: What it came to.
        subject: What the model is called.
        title: What was measured, in words.
    """
    metric, laboratory = case.metric, case.laboratory
    under = under_of(metric)
    begun = laboratory.begun(metric.asked())
    looked = verdict.estimate.n if verdict is not None and verdict.estimate is not None else 0
    outcomes = case.outcomes_at(looked)
    passing = verdict is None or verdict.decision is Decision.NO_BAR
    # `is not None`: a verdict that fails is false.
    estimate = verdict.estimate if verdict is not None else None
    said = estimate.notes if estimate is not None else ()
    bar = verdict.bar if verdict is not None else None
    spent = verdict.spent if verdict is not None else Cost()
    scores, groups = _scores(case, outcomes), laboratory.data.groups
    return Record(
        id=_id(metric, under),
        metric=metric.quantity,
        title=title,
        under="" if under is None else repr(under),
        family="" if under is None else under.family,
        level=None if under is None else under.level,
        decision=Decision.NO_BAR.value if verdict is None else verdict.decision.value,
        reason="" if verdict is None else verdict.reason,
        remedy="" if verdict is None else verdict.remedy,
        op=bar.op if bar else "",
        bar=_finite(bar.value) if bar else None,
        bar_of=bar.of if bar else "",
        claim=case.policy.claim.value,
        value=_finite(estimate.value) if estimate else None,
        low=_finite(estimate.low) if estimate else None,
        high=_finite(estimate.high) if estimate else None,
        n=estimate.n if estimate else 0,
        total=estimate.total if estimate else len(laboratory.order),
        confidence=estimate.confidence if estimate else case.policy.confidence,
        method=estimate.method if estimate else "",
        findings=tuple((finding.sign, finding.remedy) for finding in verdict.findings) if verdict is not None else (),
        notes=tuple(dict.fromkeys([*said, *(note for one in outcomes for note in one.notes)])),
        queries=sum(one.cost.queries for one in outcomes) + spent.queries,
        gradients=sum(one.cost.gradients for one in outcomes) + spent.gradients,
        seconds=round(sum(one.cost.seconds for one in outcomes) + spent.seconds, 4),
        seed=case.policy.seed,
        model=subject,
        data=laboratory.data.fingerprint,
        broken_by=_broken_by(under, outcomes),
        examples=() if passing or not begun else begun[-1].examples_at(outcomes[-1].index.size),
        scores=scores,
        groups=None if scores is None or groups is None else Groups.of(groups),
        piece=piece_of(case, outcomes),
        classes=class_scores(case, outcomes),
        health=_health(outcomes, verdict),
    )


def _scores(case: Case, outcomes: tuple[Outcomes, ...]) -> Scores | None:
    """Return the score of each example in the dataset's order, None unless all of them have one.

    A rate among those right before has none: which examples those are depends on the model.
    """
    if case.policy.shard is not None or not isinstance(case.metric, ExampleMetric) or len(outcomes) != 1:
        return None
    (found,) = outcomes
    if not len(found) or len(found) != len(case.laboratory.order):
        return None
    return Scores.of(case.metric.scores(found)[np.argsort(found.index)])


def _health(outcomes: tuple[Outcomes, ...], verdict: Verdict | None) -> tuple[tuple[str, str], ...]:
    """Return what was looked for in the attacks and what was seen, while they ran and on asking again."""
    late = verdict.health if verdict is not None else ()
    examined = [*(one for found in outcomes for one in found.health), *late]
    return tuple(dict.fromkeys((one.asked, one.seen) for one in examined))


def _id(metric: Metric, under: Perturbation | None) -> str:
    """Return a name of a check that is safe in file names: metric and perturbation."""
    name = registered_name(type(metric)).replace("_", " ")
    words = metric.title if metric.title.startswith(name) else f"{name} {metric.title}"
    slug = re.sub(r"[^a-z0-9.]+", "-", words.lower()).strip("-")
    return slug if under is None else f"{slug}-{under.id}"


def _broken_by(under: Perturbation | None, outcomes: tuple[Outcomes, ...]) -> tuple[tuple[str, int], ...]:
    """Return how many examples each member of an ensemble was the first to break."""
    told = outcomes[-1].broken_by if outcomes else None
    if under is None or told is None:
        return ()
    return tuple((repr(part), int((told == turn).sum())) for turn, part in enumerate(members(under)))


def _finite(value: float) -> float | None:
    # JSON has no words for infinity: a bar of inf is no bar that anything can clear.
    return float(value) if isfinite(value) else None


def explain(record: Record) -> str:
    """Return the message of a check: what was measured, the bar, why, and what to do."""
    need = f"{record.op} {record.bar_of or format(record.bar, 'g')}" if record.bar is not None else ""
    lines = [f"{record.title} {need}".rstrip()]
    if record.value is not None and record.low is not None and record.high is not None:
        lines.append(
            f"measured {record.value:.3f} [{record.low:.3f}, {record.high:.3f}] "
            f"on {record.n} of {record.total} examples ({record.confidence:.0%} interval, {record.method})"
        )
    lines.append(f"{record.decision}: {record.reason}")
    lines += [f"sign: {sign}" for sign, _ in record.findings if record.decision != Decision.INVALID.value]
    lines += [f"note: {note}" for note in record.notes]
    if record.decision != Decision.PASS.value and record.examples:
        what = "wrong" if record.examples[0].unchanged else "broken"
        lines.append(f"{what}, the surest first: " + "; ".join(map(_told, record.examples)))
    if record.remedy:
        lines.append(f"try: {record.remedy}")
    return "\n".join(lines)


def _told(example: Example) -> str:
    sure = "" if example.after_score is None else f", {example.after_score:.0%} sure"
    label = f" (is {example.label})" if example.label else ""
    if example.unchanged:
        return f"{example.clean_text!r}{label} -> {example.after}{sure}"
    shown = example.changed_text
    reworded = f": {shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + '…'!r}" if shown else ""
    return f"x[{example.index}]{label} {example.before} -> {example.after}{sure}{reworded}"
