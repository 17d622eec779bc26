"""What several machines can share is what is a mean over the subject's own examples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from pytest_robust import Subject
from pytest_robust.core.metric import ExampleMetric, Request
from pytest_robust.core.policy import Policy
from pytest_robust.gates.case import Case
from pytest_robust.gates.shards import can_be_shared
from pytest_robust.metrics import Score

X, Y = np.linspace(0, 1, 8)[:, None], np.arange(8) % 2


def model(x):
    return (x[:, 0] > 0.5).astype(int)


@dataclass(frozen=True)
class Asks(ExampleMetric):
    """A mean of what these requests come to."""

    asked: tuple[Request, ...]

    def requests(self):
        return self.asked

    def scores(self, outcomes):
        return outcomes.perturbed


OWN, OTHER_DATA, OTHER_MODEL = Request(), Request(data=(X, Y)), Request(model=model)


@pytest.mark.parametrize(
    ("metric", "groups", "shared"),
    [
        (Asks((OWN,)), None, True),
        (Asks((OWN,)), [0, 0, 0, 0, 1, 1, 1, 1], False),
        (Asks((OTHER_DATA,)), None, False),
        (Asks((OTHER_MODEL,)), None, False),
        (Asks((OWN, OWN)), None, False),
        (Asks((OWN, OTHER_DATA)), None, False),
        (Score("accuracy"), None, False),
    ],
)
def test_a_check_is_shared_where_scores_of_its_own_examples_are_all_it_takes(metric, groups, shared) -> None:
    laboratory = Subject(model, X, Y, groups=groups)._laboratory
    assert can_be_shared(Case(metric=metric, laboratory=laboratory, policy=Policy())) is shared
