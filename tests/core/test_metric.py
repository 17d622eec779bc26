from __future__ import annotations

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.criteria import Correct
from pytest_robust.core.metric import ExampleMetric, Flattery, Request, registered_name
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Clean


class MeanScore(ExampleMetric):
    """The plainest metric there is."""

    def requests(self) -> tuple[Request, ...]:
        return (Request(),)

    def scores(self, outcomes: Outcomes) -> Floats:
        return outcomes.perturbed


def test_a_metric_is_named_after_its_file_and_flatters_nobody_unless_it_says_so() -> None:
    metric = MeanScore()
    assert registered_name(MeanScore) == "mean_score"
    assert metric.title == "mean score"
    assert metric.flattery is Flattery.NONE


def test_a_request_for_nothing_special_is_for_clean_right_answers() -> None:
    (request,) = MeanScore().requests()
    assert request == Request(under=Clean(), criterion=Correct())
    assert not (request.only_right or request.outputs)


def test_outcomes_are_as_long_as_what_was_evaluated() -> None:
    outcomes = Outcomes(index=np.array([3, 1]), total=5, clean=np.ones(2), perturbed=np.zeros(2))
    assert len(outcomes) == 2
    assert MeanScore().scores(outcomes).tolist() == [0, 0]
