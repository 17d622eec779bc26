from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import L2, UNBOUNDED, InvalidArgument, Subject
from pytest_robust.attacks import DDN, FMN, PGD, UniformNoise
from pytest_robust.core.claim import Claim
from pytest_robust.core.perturbation import Clean
from pytest_robust.core.policy import Policy
from pytest_robust.core.verdict import Decision
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import Rotate

RANDOM = np.random.default_rng(11)
MODEL = LinearModel(RANDOM.normal(size=(12, 2)), np.zeros(2))
X = RANDOM.normal(size=(201, 12)).astype(np.float32)
Y = MODEL.logits(X).argmax(axis=1)
NEEDED = np.sort(MODEL.distance(X, 2))


def subject(y=Y, **policy) -> Subject:
    return Subject(MODEL, X, y, bounds=UNBOUNDED, policy=Policy(**policy))


def test_the_median_is_that_of_the_closed_form() -> None:
    estimate = subject().adversarial_distance(under=DDN()).estimate()
    assert estimate.value == pytest.approx(NEEDED[100], rel=0.02)
    assert estimate.low < estimate.value < estimate.high
    assert (estimate.n, estimate.total, estimate.method) == (201, 201, "order statistics")


@pytest.mark.parametrize("quantile", [0.1, 0.25, 0.9])
def test_a_quantile_is_one_of_the_distances(quantile) -> None:
    estimate = subject().adversarial_distance(under=FMN(norm=L2), quantile=quantile).estimate()
    assert estimate.value == pytest.approx(NEEDED[int(np.ceil(quantile * 201)) - 1], rel=0.02)


def test_an_example_that_is_wrong_is_at_no_distance_and_one_that_stands_beyond_all() -> None:
    wrong = Y.copy()
    wrong[:150] = 1 - wrong[:150]
    assert float(subject(wrong).adversarial_distance(under=DDN())) == 0
    weak = subject().adversarial_distance(under=UniformNoise(eps=1e-6)) >= 0.1
    assert weak.estimate.value == np.inf
    assert "201 not broken" in weak.estimate.method
    assert "beyond everything that was found" in weak.reason


def test_a_budget_leaves_what_is_further_unknown() -> None:
    eps = float(NEEDED[60] + NEEDED[61]) / 2
    estimate = subject().adversarial_distance(under=DDN(eps=eps), quantile=0.2).estimate()
    assert estimate.value <= eps
    assert "140 not broken" in estimate.method


def test_the_interval_covers_the_true_median_as_often_as_promised() -> None:
    from pytest_robust.core.outcomes import Outcomes
    from pytest_robust.metrics import AdversarialDistance

    metric, random, covered = AdversarialDistance(under=DDN()), np.random.default_rng(0), 0
    for _ in range(400):
        far = random.exponential(size=60)
        outcomes = Outcomes(index=np.arange(60), total=60, clean=np.ones(60), perturbed=np.zeros(60), distance=far)
        interval = metric.estimate((outcomes,), confidence=0.9, seed=0)
        covered += interval.low <= np.log(2) <= interval.high
    assert covered / 400 >= 0.88


def test_few_examples_leave_the_upper_end_open() -> None:
    few = Subject(MODEL, X[:3], Y[:3], bounds=UNBOUNDED)
    estimate = few.adversarial_distance(under=DDN()).estimate()
    assert (estimate.low, estimate.high) == (0, np.inf)


def test_verdicts_of_both_claims() -> None:
    assert subject().adversarial_distance(under=DDN()) >= NEEDED[95]
    assert not subject().adversarial_distance(under=DDN()) >= NEEDED[110]
    near = subject(claim=Claim.POPULATION).adversarial_distance(under=DDN()) >= NEEDED[99]
    assert near.decision is Decision.UNDECIDED
    # A distance is no share, so nobody knows how many examples would do.
    assert "no feasible number" in near.remedy
    assert subject(claim=Claim.POPULATION).adversarial_distance(under=DDN()) >= NEEDED[60]


@pytest.mark.parametrize("under", [Clean(), Rotate(degrees=3)], ids=repr)
def test_what_has_no_distance_is_refused(under) -> None:
    with pytest.raises(InvalidArgument, match="has no distances"):
        subject().adversarial_distance(under=under)


@pytest.mark.parametrize("quantile", [0, 1, True, "half"])
def test_a_wrong_quantile_is_refused(quantile) -> None:
    with pytest.raises(InvalidArgument, match="quantile="):
        subject().adversarial_distance(under=PGD(eps=0.1), quantile=quantile)


def test_the_title_tells_the_quantile() -> None:
    assert repr(subject().adversarial_distance(under=DDN())) == "adversarial distance under DDN()"
    assert "quantile 0.1" in repr(subject().adversarial_distance(under=DDN(), quantile=0.1))
