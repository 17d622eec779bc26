"""Where two measurements on the same examples become a verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from pytest_robust.core.arrays import Floats, Outputs
from pytest_robust.core.claim import Claim
from pytest_robust.core.errors import InvalidArgument, InvalidModel, OutOfTime
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import ExampleMetric, ResampledMetric
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.verdict import Bar, Decision, Verdict
from pytest_robust.evaluation.evaluation import Evaluation
from pytest_robust.gates._parts import check_some, invalid, out_of_time, share
from pytest_robust.gates.case import Case
from pytest_robust.gates.comparison import Paired, Resampled
from pytest_robust.gates.doubt import doubted
from pytest_robust.statistics.mean_interval import is_binary
from pytest_robust.statistics.paired_ratio import paired_side_of
from pytest_robust.statistics.prior_posterior_ratio import Side

__all__ = ["judge_paired"]

_LOST = "look at the examples that only the other one gets right"


@dataclass(frozen=True, kw_only=True)
class _Side:
    """One of the two, with the evaluation that its metric reads."""

    case: Case
    metric: ExampleMetric | ResampledMetric
    evaluation: Evaluation


@dataclass(frozen=True, kw_only=True)
class _OfExamples(_Side):
    """One whose metric scores each example."""

    metric: ExampleMetric

    def scores(self, looked: int) -> Floats:
        return self.metric.scores(self.evaluation.outcomes_at(looked))


@dataclass(frozen=True, kw_only=True)
class _OfAnswers(_Side):
    """One whose metric is about all answers together."""

    metric: ResampledMetric

    @property
    def outcomes(self) -> Outcomes:
        return self.evaluation.outcomes_at(len(self.evaluation))

    @property
    def read(self) -> Outputs:
        # Without answers there is no number, and the metric has said so.
        assert self.outcomes.outputs is not None
        return self.metric.read(self.outcomes.outputs)


def judge_paired(case: Case, other: Case, bar: Bar, shift: float) -> Verdict:
    """Return the verdict of one measurement against another on the same examples.

    The claim about the dataset is settled as soon as the difference on all examples is certain
    to lie on one side, or all but certain; the claim about the population by its interval.

    Args:
        case: The left side.
        other: The right side, without its shift.
        bar: The comparison; its value is filled in here.
        shift: What is added to the right side, such as -0.01.

    Raises:
        InvalidArgument: They are not about the same examples.
    """
    try:
        ours, theirs = _side(case), _side(other)
        if isinstance(ours, _OfExamples) and isinstance(theirs, _OfExamples):
            _check_same(ours, theirs)
            verdict = (_sequentially if _may_stop(ours, theirs) else _by_scores)(ours, theirs, bar, shift)
        elif isinstance(ours, _OfAnswers) and isinstance(theirs, _OfAnswers):
            _check_same(ours, theirs)
            verdict = _by_draws(ours, theirs, bar, shift)
        else:
            raise InvalidArgument(
                f"{case.metric.title} and {other.metric.title}: one is a mean over examples and the other is none, "
                "so they cannot be compared example by example; compare numbers: float(a) >= float(b)"
            )
    except InvalidModel as error:
        return invalid(case, bar, str(error))
    except OutOfTime as error:
        return out_of_time(case, bar, error)
    return doubted(other, doubted(case, verdict), flipped=True)


def _side(case: Case) -> _OfExamples | _OfAnswers:
    if not isinstance(case.metric, ExampleMetric | ResampledMetric):
        raise InvalidArgument(
            f"{case.metric.title} is neither a mean over examples nor a score of their answers, so it cannot be "
            "compared example by example; compare numbers: float(a) >= float(b)"
        )
    (evaluation,) = case.evaluations
    check_some(case, evaluation)
    if isinstance(case.metric, ExampleMetric):
        return _OfExamples(case=case, metric=case.metric, evaluation=evaluation)
    return _OfAnswers(case=case, metric=case.metric, evaluation=evaluation)


def _check_same(ours: _Side, theirs: _Side) -> None:
    """Refuse sides on other examples, before a model is asked about them."""
    order, other = ours.evaluation.order, theirs.evaluation.order
    if (
        not np.array_equal(order, other)
        or ours.case.laboratory.data.fingerprint != theirs.case.laboratory.data.fingerprint
    ):
        raise InvalidArgument(
            f"the two sides were measured on other examples ({len(order)} and {len(other)}): a paired comparison needs "
            "the same data, in the same order, and for attack success rates the same examples right before"
        )


def _may_stop(ours: _Side, theirs: _Side) -> bool:
    """Whether looks at both sides are looks at the same examples, and an early answer is wanted."""
    policy = ours.case.policy
    return policy == theirs.case.policy and policy.claim is Claim.DATASET and not policy.exact


def _sequentially(ours: _OfExamples, theirs: _OfExamples, bar: Bar, shift: float) -> Verdict:
    case, total = ours.case, len(ours.evaluation)
    needed, looked = _needed(bar, shift * total), 0
    while True:
        looked = ours.evaluation.look_after(looked)
        theirs.evaluation.extend(looked)
        if looked >= total:
            return _by_scores(ours, theirs, bar, shift)
        a, b = ours.scores(looked), theirs.scores(looked)
        if not is_binary(a) or not is_binary(b):
            return _by_scores(ours, theirs, bar, shift)
        gained, lost = int((a > b).sum()), int((a < b).sum())
        side = paired_side_of(needed, gained, lost, looked, total, error=case.policy.error)
        if side is not Side.OPEN:
            break
    passed = (side is Side.AT_LEAST) == bar.upward
    left, difference = total - looked, gained - lost
    certain = needed <= difference - left or needed > difference + left
    why = (
        "whatever the rest shows"
        if certain
        else f"with a chance of at most {case.policy.error:g} that all {total} would say otherwise"
    )
    return Verdict(
        decision=Decision.PASS if passed else Decision.FAIL,
        bar=replace(bar, value=float(b.mean()) + shift),
        estimate=share(case, a, total),
        claim=Claim.DATASET,
        reason=(
            f"settled after {looked} of {total} examples on both sides, {why}: {gained} gained and {lost} lost, "
            f"a difference of {difference / looked:+.3f}; {b.mean():.3f} on the other side"
        ),
        remedy="" if passed else _LOST,
    )


def _needed(bar: Bar, shift: float) -> int:
    """Return the smallest number gained less lost that lies on the bar's upper side."""
    count = ceil(shift) - 1
    while _holds(bar, count, shift) != bar.upward:
        count += 1
    return count


def _by_scores(ours: _OfExamples, theirs: _OfExamples, bar: Bar, shift: float) -> Verdict:
    """Return the verdict of the scores of all examples."""
    case, total = ours.case, len(ours.evaluation)
    for side in (ours, theirs):
        side.evaluation.extend(total)
    a, b = ours.scores(total), theirs.scores(total)
    found = Paired(old=a, new=b, seed=case.policy.seed, groups=ours.evaluation.outcomes_at(total).groups)
    return _by_all(case, found, bar, shift, beside=float(b.mean()), estimate=share(case, a, total))


def _by_draws(ours: _OfAnswers, theirs: _OfAnswers, bar: Bar, shift: float) -> Verdict:
    """Return the verdict of two numbers about all answers."""
    policy, total = ours.case.policy, len(ours.evaluation)
    for side in (ours, theirs):
        side.evaluation.extend(total)
    a, b = ours.metric.number(ours.outcomes), theirs.metric.number(theirs.outcomes)
    found = Resampled(
        old=a,
        new=b,
        differ=np.array([not np.array_equal(one, two) for one, two in zip(ours.read, theirs.read, strict=True)]),
        seed=policy.seed,
        groups=ours.outcomes.groups,
    )
    estimate = ours.metric.estimate((ours.outcomes,), confidence=policy.confidence, seed=policy.seed)
    return _by_all(ours.case, found, bar, shift, beside=b(np.arange(total)), estimate=estimate)


def _by_all(
    case: Case, found: Paired | Resampled, bar: Bar, shift: float, *, beside: float, estimate: Estimate
) -> Verdict:
    """Return the verdict of all examples: of what they say, or of the interval that they give."""
    total, interval = estimate.n, found.interval(case.policy.confidence)
    words = (
        f"the difference is {found.value:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}] on the same {total} "
        f"examples ({found.method}); {beside:.3f} on the other side"
    )
    if case.policy.claim is Claim.POPULATION:
        # As against a number: an interval that ends at the margin clears >= and <=.
        held = {Bar(op=bar.op, value=shift).holds(end) for end in (interval.low, interval.high)}
        decision = Decision.UNDECIDED if len(held) > 1 else Decision.PASS if True in held else Decision.FAIL
    else:
        decision = Decision.PASS if _holds(bar, found.value * total, shift * total) else Decision.FAIL
    remedy = "" if decision is Decision.PASS else _LOST
    if decision is Decision.UNDECIDED:
        remedy = _more(found, shift, case.policy.confidence)
    return Verdict(
        decision=decision,
        bar=replace(bar, value=beside + shift),
        estimate=estimate,
        claim=case.policy.claim,
        reason=words,
        remedy=remedy,
    )


def _more(found: Paired | Resampled, shift: float, confidence: float) -> str:
    enough = found.settled_by(shift, confidence=confidence)
    settle = (
        f"about {enough:,} examples would settle it if as many of them differ"
        if enough
        else "no feasible number of examples would settle it: the difference is the margin"
    )
    return f"{settle}; or allow another margin, or claim only what holds on these examples (--robust-claim=dataset)"


def _holds(bar: Bar, difference: float, shift: float) -> bool:
    # Counted in examples, so that 0.83 - 0.01 and 0.82 are the same number.
    return Bar(op=bar.op, value=0).holds(round((difference - shift) * 1e6))
