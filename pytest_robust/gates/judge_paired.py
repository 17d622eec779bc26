"""Where two measurements on the same examples become a verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.claim import Claim
from pytest_robust.core.errors import InvalidArgument, InvalidModel
from pytest_robust.core.estimate import Interval
from pytest_robust.core.metric import ExampleMetric
from pytest_robust.core.policy import Policy
from pytest_robust.core.verdict import Bar, Decision, Verdict
from pytest_robust.evaluation.evaluation import Evaluation
from pytest_robust.gates._parts import check_some, invalid, share
from pytest_robust.gates.case import Case
from pytest_robust.gates.doubt import doubted
from pytest_robust.statistics.bounded_mean import bounded_mean
from pytest_robust.statistics.mean_interval import is_binary
from pytest_robust.statistics.tango import tango

__all__ = ["judge_paired"]


@dataclass(frozen=True, kw_only=True)
class _Side:
    """One of the two, with the evaluation that its metric reads."""

    case: Case
    metric: ExampleMetric
    evaluation: Evaluation

    def scores(self, looked: int) -> Floats:
        return self.metric.scores(self.evaluation.outcomes_at(looked))


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
        ours, theirs = _side(case), _side(other)
        _check_same(ours, theirs)
        verdict = _by_all(ours, theirs, bar, shift)
    except InvalidModel as error:
        return invalid(case, bar, str(error))
    return doubted(other, doubted(case, verdict), flipped=True)


def _side(case: Case) -> _Side:
    if not isinstance(case.metric, ExampleMetric):
        raise InvalidArgument(
            f"{case.metric.title} is not a mean over examples, so it cannot be compared example by example; "
            "compare numbers: float(a) >= float(b)"
        )
    (evaluation,) = case.evaluations
    check_some(case, evaluation)
    return _Side(case=case, metric=case.metric, evaluation=evaluation)


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


def _by_all(ours: _Side, theirs: _Side, bar: Bar, shift: float) -> Verdict:
    """Return the verdict of all examples: of what they say, or of the interval that they give."""
    case, total = ours.case, len(ours.evaluation)
    for side in (ours, theirs):
        side.evaluation.extend(total)
    a, b = ours.scores(total), theirs.scores(total)
    interval, method = _interval(a, b, case.policy)
    difference = float((a - b).mean())
    words = (
        f"the difference is {difference:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}] on the same {total} examples "
        f"({method}); {b.mean():.3f} on the other side"
    )
    if case.policy.claim is Claim.POPULATION:
        clear = (interval.low > shift) if bar.upward else (interval.high < shift)
        lost = (interval.high < shift) if bar.upward else (interval.low > shift)
        decision = Decision.PASS if clear else Decision.FAIL if lost else Decision.UNDECIDED
    else:
        decision = Decision.PASS if _holds(bar, difference * total, shift * total) else Decision.FAIL
    remedy = {
        Decision.PASS: "",
        Decision.FAIL: "look at the examples that only the other one gets right",
        Decision.UNDECIDED: "add examples, or allow a wider margin",
    }[decision]
    return Verdict(
        decision=decision,
        bar=replace(bar, value=float(b.mean()) + shift),
        estimate=share(case, a, total),
        claim=case.policy.claim,
        reason=words,
        remedy=remedy,
    )


def _interval(a: Floats, b: Floats, policy: Policy) -> tuple[Interval, str]:
    delta = a - b
    if is_binary(a) and is_binary(b):
        gained, lost = int((delta > 0).sum()), int((delta < 0).sum())
        return tango(gained, lost, len(delta), confidence=policy.confidence), "Tango"
    found = bounded_mean(delta, low=-1, high=1, confidence=policy.confidence, seed=policy.seed)
    return found, "Learned-Miller-Thomas"


def _holds(bar: Bar, difference: float, shift: float) -> bool:
    # Counted in examples, so that 0.83 - 0.01 and 0.82 are the same number.
    return Bar(op=bar.op, value=0).holds(round((difference - shift) * 1e6) / 1e6)
