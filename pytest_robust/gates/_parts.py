"""What verdicts about one measurement and about two are made of."""

from __future__ import annotations

from math import ceil

from pytest_robust.core.arrays import Floats
from pytest_robust.core.errors import InvalidModel, OutOfTime
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import ExampleMetric
from pytest_robust.core.perturbation import Attack, Clean
from pytest_robust.core.verdict import Bar, Decision, Verdict
from pytest_robust.core.word_search import WordSearch
from pytest_robust.evaluation.evaluation import Evaluation
from pytest_robust.gates.case import Case
from pytest_robust.statistics.mean_interval import mean_interval

__all__ = ["check_some", "fewest_above", "invalid", "nothing_to_measure", "out_of_time", "remedy_of", "share"]


def check_some(case: Case, evaluation: Evaluation) -> None:
    """Refuse an evaluation of no example.

    Raises:
        InvalidModel: It has none.
    """
    if not len(evaluation):
        raise InvalidModel(nothing_to_measure(case.metric.title))


def nothing_to_measure(title: str) -> str:
    """Return why nothing can be said where no example is right before the change."""
    return f"there is no example to measure the {title} on: the model answers none right before the change"


def remedy_of(case: Case) -> str:
    """Return what to do about a check that fails."""
    under = getattr(case.metric, "under", None)
    if isinstance(under, WordSearch):
        return f"augment the training data with texts that {under!r} found, or lower the bar if the release can bear it"
    if isinstance(under, Attack):
        return f"train on adversarial examples of {under!r}, or lower the bar if the release can bear it"
    if under is None or isinstance(under, Clean):
        return "look at the examples that are wrong: mislabelled, or of a kind the training data lack?"
    return f"augment the training data with {under!r}, or lower the bar if the release can bear it"


def invalid(case: Case, bar: Bar | None, why: str) -> Verdict:
    """Return the verdict on what could not be measured."""
    return Verdict(
        decision=Decision.INVALID,
        bar=bar,
        estimate=None,
        claim=case.policy.claim,
        reason=why,
    )


def out_of_time(case: Case, bar: Bar | None, error: OutOfTime) -> Verdict:
    """Return the verdict on what the time did not suffice for, with what was known by then."""
    begun = case.laboratory.begun(case.metric.asked())
    estimate = None
    if isinstance(case.metric, ExampleMetric) and begun and begun[0].done:
        (evaluation,) = begun
        estimate = share(case, case.metric.scores(evaluation.outcomes), len(evaluation))
    return Verdict(
        decision=Decision.UNDECIDED,
        bar=bar,
        estimate=estimate,
        claim=case.policy.claim,
        reason=str(error),
        remedy="allow more time (--robust-budget) or fewer examples (--robust-samples): --robust-plan says how much",
    )


def share(case: Case, scores: Floats, total: int) -> Estimate:
    """Return the mean of the scores of the first examples, with the interval that the policy asks for."""
    (evaluation,) = case.evaluations
    groups = evaluation.outcomes_at(len(scores)).groups
    policy = case.policy
    return mean_interval(scores, total, confidence=policy.confidence, seed=policy.seed, groups=groups)


def fewest_above(bar: Bar, total: int) -> int:
    """Return the smallest count whose share lies on the bar's upper side."""
    count = max(ceil(bar.value * total) - 2, 0)
    while count <= total and bar.holds(count / total) != bar.upward:
        count += 1
    return count
