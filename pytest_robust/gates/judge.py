"""The one place where a measurement becomes a verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import isfinite

from pytest_robust.core.arrays import Floats
from pytest_robust.core.claim import Claim
from pytest_robust.core.errors import InvalidArgument, InvalidModel, OutOfTime
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import ExampleMetric, Flattery, Request, SampleMetric, Settled, StepwiseMetric
from pytest_robust.core.outcomes import Cost
from pytest_robust.core.perturbation import Attack, Clean
from pytest_robust.core.verdict import Bar, Decision, Verdict
from pytest_robust.core.word_search import WordSearch
from pytest_robust.gates._parts import check_some, fewest_above, invalid, out_of_time, share
from pytest_robust.gates.case import Case
from pytest_robust.gates.doubt import doubted, questioned, total_cost
from pytest_robust.metrics.accuracy import Accuracy
from pytest_robust.statistics.examples_to_settle import examples_to_settle
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
        if case.laboratory.data.groups is None:
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
        remedy="",
    )
    return verdict if case.metric.flattery is Flattery.NONE else questioned(case, verdict)


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
        if side is not Side.OPEN or looked >= total:
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
        remedy="" if passed else _remedy(case),
    )


def _side(scores: Floats, total: int, bar: Bar, error: float) -> tuple[Side, bool]:
    """Return on which side of the bar the mean over all will be, and whether that is certain."""
    n, known = len(scores), float(scores.sum())
    if bar.holds(known / total) == bar.holds((known + total - n) / total):
        upper = bar.holds(known / total) == bar.upward
        return (Side.AT_LEAST if upper else Side.BELOW), True
    if not is_binary(scores):
        return Side.OPEN, False
    return side_of(fewest_above(bar, total), int(known), n, total, error=error), False


def _by_value(case: Case, bar: Bar, estimate: Estimate) -> Verdict:
    passed = bar.holds(estimate.value)
    beyond = "" if isfinite(estimate.value) else "; the value is beyond everything that was found"
    rests_on = f"all {estimate.total} examples were evaluated"
    if isinstance(case.metric, StepwiseMetric):
        rests_on = f"the strongest that held is {estimate.low:g}, the mildest that did not {estimate.high:g}"
    return Verdict(
        decision=Decision.PASS if passed else Decision.FAIL,
        bar=bar,
        estimate=estimate,
        claim=Claim.DATASET,
        reason=f"{rests_on}{beyond}",
        remedy="" if passed else _remedy(case),
    )


def _by_interval(case: Case, bar: Bar, estimate: Estimate) -> Verdict:
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
    remedy = "" if decision is Decision.PASS else _remedy(case)
    reason = f"the whole {estimate.confidence:.0%} interval lies {'above' if above else 'below'} the bar"
    if decision is Decision.UNDECIDED:
        reason = f"the {estimate.confidence:.0%} interval holds the bar"
        enough = (
            examples_to_settle(estimate.value, bar.value, confidence=estimate.confidence)
            if isinstance(case.metric, ExampleMetric)
            else None
        )
        settle = (
            f"about {enough:,} examples would settle it at this rate"
            if enough
            else "no feasible number would settle it"
        )
        remedy = f"{settle}; or claim only what holds on these examples (--robust-claim=dataset)"
    return Verdict(decision=decision, bar=bar, estimate=estimate, claim=Claim.POPULATION, reason=reason, remedy=remedy)


def _remedy(case: Case) -> str:
    under = getattr(case.metric, "under", None)
    if isinstance(under, WordSearch):
        return f"augment the training data with texts that {under!r} found, or lower the bar if the release can bear it"
    if isinstance(under, Attack):
        return f"train on adversarial examples of {under!r}, or lower the bar if the release can bear it"
    if under is None or isinstance(under, Clean):
        return "look at the examples that are wrong: mislabelled, or of a kind the training data lack?"
    return f"augment the training data with {under!r}, or lower the bar if the release can bear it"
