from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust.core.arrays import Floats
from pytest_robust.core.criteria import ByFunction, Correct
from pytest_robust.core.errors import InvalidArgument
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


def test_a_plain_function_is_a_criterion() -> None:
    def same(target: object, output: object) -> float:
        return float(target == output)

    assert Request(criterion=same).criterion == ByFunction(same)


@pytest.mark.parametrize("criterion", [3, "exact", Correct])
def test_what_is_no_criterion_is_refused_with_what_would_be(criterion: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"is not a criterion: give a value such as TopK\(5\), or a function"):
        Request(criterion=criterion)


@pytest.mark.parametrize("under", [None, "pgd", Clean])
def test_what_is_no_perturbation_is_refused_with_what_would_be(under: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"is not a perturbation: give a value such as PGD\(eps=8/255\)"):
        Request(under=under)


def test_outcomes_are_as_long_as_what_was_evaluated() -> None:
    outcomes = Outcomes(index=np.array([3, 1]), total=5, clean=np.ones(2), perturbed=np.zeros(2))
    assert len(outcomes) == 2
    assert MeanScore().scores(outcomes).tolist() == [0, 0]
