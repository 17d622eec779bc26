"""The one place where a measurement becomes a verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import ceil, isfinite

from pytest_robust.core.arrays import Floats
from pytest_robust.core.claim import Claim
from pytest_robust.core.errors import InvalidArgument, InvalidModel
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import ExampleMetric, Flattery, Request, SampleMetric, Settled, StepwiseMetric
from pytest_robust.core.outcomes import Cost, Outcomes
from pytest_robust.core.perturbation import Attack, Clean
from pytest_robust.core.verdict import Bar, Decision, Verdict
from pytest_robust.core.word_search import WordSearch
from pytest_robust.evaluation.evaluation import Evaluation
from pytest_robust.gates.case import Case
from pytest_robust.gates.doubt import doubted, questioned, total_cost
from pytest_robust.metrics.accuracy import Accuracy
from pytest_robust.statistics.bootstrap import bootstrap
from pytest_robust.statistics.examples_to_settle import examples_to_settle
from pytest_robust.statistics.mean_interval import is_binary, mean_interval
from pytest_robust.statistics.prior_posterior_ratio import Side, side_of
from pytest_robust.statistics.tango import tango

__all__ = ["judge", "judge_paired", "measure", "report"]


def measure(case: Case) -> Estimate:
    """Return the estimate on all examples.

    Raises:
        InvalidModel: There is nothing to measure, or the model cannot be measured.
    """
    if isinstance(case.metric, StepwiseMetric):
        return _stepwise(case, case.metric).estimate
    evaluations = case.evaluations
    for evaluation in evaluations:
        _check_some(evaluation, case)
        evaluation.extend(len(evaluation))
    if isinstance(case.metric, ExampleMetric):
        return _estimate(case, case.metric.scores(evaluations[0].outcomes), len(evaluations[0]))
    if isinstance(case.metric, SampleMetric):
        return case.metric.estimate(
            tuple(evaluation.outcomes for evaluation in evaluations),
            confidence=case.policy.confidence,
            seed=case.policy.seed,
        )
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
    verdict = judge(asked, Bar(op=">=", value=at))
    if verdict.estimate is None or verdict.decision is Decision.INVALID:
        raise InvalidModel(f"accuracy under {request.under!r}: {verdict.reason}")
    costs += [verdict.spent, *(one.cost for one in asked.outcomes_at(verdict.estimate.n))]
    return Settled(held=bool(verdict), n=verdict.estimate.n, total=verdict.estimate.total)


def report(case: Case) -> Verdict:
    """Return what was measured on all examples without a bar: INVALID where the attack proves nothing."""
    try:
        estimate = measure(case)
    except InvalidModel as error:
        return _invalid(case, None, str(error))
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
    or all but certain; the claim about the population by its interval.
    """
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
        return _invalid(case, bar, str(error))
    return doubted(case, verdict)


def judge_paired(case: Case, other: Case, bar: Bar, shift: float) -> Verdict:
    """Return the verdict of one measurement against another on the same examples.

    Args:
        case: The left side.
        other: The right side, without its shift.
        bar: The comparison; its value is filled in here.
        shift: What is added to the right side, such as -0.01.

    Raises:
        InvalidArgument: They are not about the same examples.
    """
    try:
        ours, theirs = measure(case), measure(other)
    except InvalidModel as error:
        return _invalid(case, bar, str(error))
    difference, low, high, method = _difference(case, other, ours, theirs)
    filled = replace(bar, value=theirs.value + shift)
    beyond = difference - shift
    words = (
        f"the difference is {difference:+.3f} [{low:+.3f}, {high:+.3f}] on the same {ours.n} examples ({method}); "
        f"{theirs.value:.3f} on the other side"
    )
    if case.policy.claim is Claim.POPULATION:
        clear = (low > shift) if bar.upward else (high < shift)
        lost = (high < shift) if bar.upward else (low > shift)
        decision = Decision.PASS if clear else Decision.FAIL if lost else Decision.UNDECIDED
    else:
        # Counted in examples, so that 0.83 - 0.01 and 0.82 are the same number.
        steps = round(beyond * ours.n * 1e6) / 1e6
        decision = Decision.PASS if Bar(op=bar.op, value=0).holds(steps) else Decision.FAIL
    remedy = {
        Decision.PASS: "",
        Decision.FAIL: "look at the examples that only the other one gets right",
        Decision.UNDECIDED: "add examples, or allow a wider margin",
    }[decision]
    verdict = Verdict(
        decision=decision, bar=filled, estimate=ours, claim=case.policy.claim, reason=words, remedy=remedy
    )
    return doubted(other, doubted(case, verdict), flipped=True)


def _sequentially(case: Case, metric: ExampleMetric, bar: Bar) -> Verdict:
    (evaluation,) = case.evaluations
    total = len(evaluation)
    _check_some(evaluation, case)
    looked = 0
    while True:
        looked = evaluation.look_after(looked)
        scores = metric.scores(evaluation.outcomes_at(looked))
        side, certain = _side(scores, total, bar, case.policy.error)
        if side is not Side.OPEN or looked >= total:
            break
    estimate = _estimate(case, scores, total)
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
    return side_of(_needed(bar, total), int(known), n, total, error=error), False


def _needed(bar: Bar, total: int) -> int:
    """Return the smallest count whose share lies on the bar's upper side."""
    count = max(ceil(bar.value * total) - 2, 0)
    while count <= total and bar.holds(count / total) != bar.upward:
        count += 1
    return count


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


def _invalid(case: Case, bar: Bar | None, why: str) -> Verdict:
    return Verdict(
        decision=Decision.INVALID,
        bar=bar,
        estimate=None,
        claim=case.policy.claim,
        reason=why,
        remedy="",
    )


def _check_some(evaluation: Evaluation, case: Case) -> None:
    if not len(evaluation):
        raise InvalidModel(
            f"there is no example to measure the {case.metric.title} on: the model answers none right before the change"
        )


def _estimate(case: Case, scores: Floats, total: int) -> Estimate:
    return mean_interval(scores, total, confidence=case.policy.confidence, seed=case.policy.seed)


def _remedy(case: Case) -> str:
    under = getattr(case.metric, "under", None)
    if isinstance(under, WordSearch):
        return f"augment the training data with texts that {under!r} found, or lower the bar if the release can bear it"
    if isinstance(under, Attack):
        return f"train on adversarial examples of {under!r}, or lower the bar if the release can bear it"
    if under is None or isinstance(under, Clean):
        return "look at the examples that are wrong: mislabelled, or of a kind the training data lack?"
    return f"augment the training data with {under!r}, or lower the bar if the release can bear it"


def _difference(case: Case, other: Case, ours: Estimate, theirs: Estimate) -> tuple[float, float, float, str]:
    scores = []
    for side in (case, other):
        if not isinstance(side.metric, ExampleMetric):
            raise InvalidArgument(
                f"{side.metric.title} is not a mean over examples, so it cannot be compared example by example; "
                "compare numbers: float(a) >= float(b)"
            )
        outcomes: Outcomes = side.evaluations[0].outcomes
        scores.append((outcomes.index, side.metric.scores(outcomes)))
    (index, a), (index_b, b) = scores
    if (
        len(index) != len(index_b)
        or (index != index_b).any()
        or case.laboratory.data.fingerprint != other.laboratory.data.fingerprint
    ):
        raise InvalidArgument(
            f"the two sides were measured on other examples ({ours.n} and {theirs.n}): a paired comparison needs the "
            "same data, in the same order, and for attack success rates the same examples right before"
        )
    delta = a - b
    if is_binary(a) and is_binary(b):
        interval = tango(int((delta > 0).sum()), int((delta < 0).sum()), len(delta), confidence=case.policy.confidence)
        return float(delta.mean()), interval.low, interval.high, "Tango"
    interval = bootstrap(
        lambda rows: float(delta[rows].mean()),
        len(delta),
        confidence=case.policy.confidence,
        seed=case.policy.seed,
        resamples=1000,
    )
    return float(delta.mean()), interval.low, interval.high, "percentile bootstrap"
