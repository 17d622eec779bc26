"""The one place where a measurement becomes a verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from pytest_robust.core.arrays import Floats
from pytest_robust.core.claim import Claim
from pytest_robust.core.errors import InvalidArgument, InvalidModel, OutOfTime
from pytest_robust.core.estimate import BY_GROUPS, Estimate
from pytest_robust.core.metric import ExampleMetric, Request, SampleMetric, Settled, StepwiseMetric
from pytest_robust.core.outcomes import Cost
from pytest_robust.core.shard import Shard
from pytest_robust.core.verdict import Bar, Decision, Verdict
from pytest_robust.gates._parts import check_some, fewest_above, invalid, out_of_time, remedy_of, share
from pytest_robust.gates.case import Case
from pytest_robust.gates.decided import all_of, by_interval, by_value, enough_for
from pytest_robust.gates.doubt import doubted, holds_anyway, questioned, signs_of, total_cost
from pytest_robust.metrics.accuracy import Accuracy
from pytest_robust.statistics.mean_interval import is_binary
from pytest_robust.statistics.prior_posterior_ratio import Side, side_of

__all__ = ["judge", "measure", "report"]


def measure(case: Case) -> Estimate:
    """Return the estimate on all examples.

    Raises:
        InvalidModel: There is nothing to measure, or the model cannot be measured.
        OutOfTime: The deadline passed before all were evaluated.
    """
    if isinstance(case.metric, StepwiseMetric):
        return _stepwise(case, case.metric).estimate
    evaluations = case.evaluations
    for evaluation in evaluations:
        check_some(case, evaluation)
        evaluation.extend(len(evaluation))
    if isinstance(case.metric, ExampleMetric):
        return share(case, case.metric.scores(evaluations[0].outcomes), len(evaluations[0]))
    if isinstance(case.metric, SampleMetric):
        estimate = case.metric.estimate(
            tuple(evaluation.outcomes for evaluation in evaluations),
            confidence=case.policy.confidence,
            seed=case.policy.seed,
        )
        if case.laboratory.data.groups is None or estimate.method.endswith(BY_GROUPS):
            return estimate
        return replace(estimate, notes=(*estimate.notes, "the interval does not allow for groups"))
    raise InvalidArgument(f"{case.metric!r} is neither an ExampleMetric nor a SampleMetric")


@dataclass(frozen=True, kw_only=True)
class _Searched:
    """What a stepwise metric found, and what all its questions took."""

    estimate: Estimate
    spent: Cost


def _stepwise(case: Case, metric: StepwiseMetric) -> _Searched:
    costs: list[Cost] = []
    estimate = metric.search(partial(_settled, case, costs), error=case.policy.error)
    return _Searched(estimate=estimate, spent=total_cost(*costs))


def _settled(case: Case, costs: list[Cost], request: Request, at: float) -> Settled:
    """Return whether the accuracy of a request reaches a bar on these examples, and note what that took.

    Raises:
        InvalidModel: The attack proves nothing.
    """
    asked = replace(
        case,
        metric=Accuracy(under=request.under, criterion=request.criterion),
        policy=replace(case.policy, claim=Claim.DATASET),
    )
    verdict = _judged(asked, Bar(op=">=", value=at))
    if verdict.estimate is None or verdict.decision is Decision.INVALID:
        raise InvalidModel(f"accuracy under {request.under!r}: {verdict.reason}")
    costs += [verdict.spent, *(one.cost for one in asked.outcomes_at(verdict.estimate.n))]
    return Settled(held=bool(verdict), n=verdict.estimate.n, total=verdict.estimate.total)


def report(case: Case) -> Verdict:
    """Return what was measured on all examples without a bar: INVALID where the attack proves nothing."""
    try:
        if case.policy.shard is not None:
            return _of_shard(case, None, case.policy.shard)
        estimate = measure(case)
    except InvalidModel as error:
        return invalid(case, None, str(error))
    except OutOfTime as error:
        return out_of_time(case, None, error)
    verdict = Verdict(
        decision=Decision.NO_BAR,
        bar=None,
        estimate=estimate,
        claim=case.policy.claim,
        reason="measured, no bar",
    )
    return questioned(case, verdict)


def judge(case: Case, bar: Bar) -> Verdict:
    """Return the verdict of one measurement against a number.

    The claim about the dataset is settled as soon as the answer for all examples is certain,
    or all but certain; the claim about the population by its interval. Where time runs out
    before, the verdict is UNDECIDED.
    """
    try:
        return _judged(case, bar)
    except OutOfTime as error:
        return out_of_time(case, bar, error)


def _judged(case: Case, bar: Bar) -> Verdict:
    try:
        if case.policy.shard is not None:
            return _of_shard(case, bar, case.policy.shard)
        if isinstance(case.metric, StepwiseMetric):
            searched = _stepwise(case, case.metric)
            verdict = replace(_by_value(case, bar, searched.estimate), spent=searched.spent)
        elif case.policy.claim is Claim.POPULATION:
            verdict = _by_interval(case, bar, measure(case))
        elif isinstance(case.metric, ExampleMetric) and not case.policy.exact:
            verdict = _sequentially(case, case.metric, bar)
        else:
            verdict = _by_value(case, bar, measure(case))
    except InvalidModel as error:
        return invalid(case, bar, str(error))
    return doubted(case, verdict)


def _sequentially(case: Case, metric: ExampleMetric, bar: Bar) -> Verdict:
    (evaluation,) = case.evaluations
    total = len(evaluation)
    check_some(case, evaluation)
    looked = 0
    while True:
        looked = evaluation.look_after(looked)
        scores = metric.scores(evaluation.outcomes_at(looked))
        side, certain = _side(scores, total, bar, case.policy.error)
        # Once all are known, it never is.
        if side is not Side.OPEN:
            break
    estimate = share(case, scores, total)
    if len(scores) >= total:
        return _by_value(case, bar, estimate)
    passed = (side is Side.AT_LEAST) == bar.upward
    why = (
        "whatever the rest shows"
        if certain
        else f"with a chance of at most {case.policy.error:g} that all {total} would say otherwise"
    )
    return Verdict(
        decision=Decision.PASS if passed else Decision.FAIL,
        bar=bar,
        estimate=estimate,
        claim=Claim.DATASET,
        reason=f"settled after {len(scores)} of {total} examples, {why}",
        remedy="" if passed else remedy_of(case),
    )


def _side(scores: Floats, total: int, bar: Bar, error: float) -> tuple[Side, bool]:
    """Return on which side of the bar the mean over all will be, and whether that is certain."""
    n, known = len(scores), float(scores.sum())
    # The rest first: once all are known it is nothing, and rounds nothing.
    if bar.holds(known / total) == bar.holds((known + (total - n)) / total):
        upper = bar.holds(known / total) == bar.upward
        return (Side.AT_LEAST if upper else Side.BELOW), True
    if not is_binary(scores):
        return Side.OPEN, False
    return side_of(fewest_above(bar, total), int(known), n, total, error=error), False


def _by_value(case: Case, bar: Bar, estimate: Estimate) -> Verdict:
    rests_on = all_of(estimate.total)
    if isinstance(case.metric, StepwiseMetric):
        rests_on = f"the strongest that held is {estimate.low:g}, the mildest that did not {estimate.high:g}"
    return by_value(bar, estimate, rests_on=rests_on, remedy=remedy_of(case))


def _by_interval(case: Case, bar: Bar, estimate: Estimate) -> Verdict:
    enough = enough_for(bar, estimate) if isinstance(case.metric, ExampleMetric) else None
    return by_interval(bar, estimate, enough=enough, remedy=remedy_of(case))


def _of_shard(case: Case, bar: Bar | None, shard: Shard) -> Verdict:
    """Return what is not judged yet, with what speaks against the attack on these examples.

    Whether the verdict will rest on the attack is known only once all shards are there, so the second
    opinion is asked for wherever it could.
    """
    (evaluation,) = case.evaluations
    verdict = Verdict(
        decision=Decision.SHARD,
        bar=bar,
        # A shard may hold no example that is right before the change.
        estimate=measure(case) if len(evaluation) else None,
        claim=case.policy.claim,
        reason=f"shard {shard} of the examples: judged once the runs of all {shard.count} are merged",
    )
    anyway = bar is not None and holds_anyway(case, bar)
    return signs_of(case, verdict, anyway=anyway)
