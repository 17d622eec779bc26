from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from pytest_robust import Subject, TopK
from pytest_robust.core.claim import Claim
from pytest_robust.core.errors import InvalidArgument, InvalidModel
from pytest_robust.core.policy import Policy
from pytest_robust.core.verdict import Decision
from pytest_robust.metrics import AccuracyUnderShift
from pytest_robust.shifts import CovariateShift, LabelShift, Tilt, Weights
from pytest_robust.transforms import GaussianNoise, Rotate

EVEN = LabelShift({"cat": 0.5, "dog": 0.5})


def crowd(random, n, *, mean=0.0, dogs=0.5):
    """Cats and dogs around -1 and +1 of the first column; the second is their age."""
    y = np.where(random.random(n) < dogs, "dog", "cat")
    age = random.normal(mean, 1, n)
    # The old are harder to tell apart.
    x = np.where(y == "dog", 1, -1) + random.normal(size=n) * np.exp(0.7 * age)
    return np.stack([x, age], axis=1), y


@pytest.fixture(scope="module")
def model():
    """A model that has seen few dogs."""
    return LogisticRegression().fit(*crowd(np.random.default_rng(0), 2000, dogs=0.2))


def of(model, data, **policy):
    return Subject(model, *data, policy=Policy(**policy))


def test_another_mix_of_classes_has_the_accuracy_measured_there(model):
    random = np.random.default_rng(1)
    here, there = crowd(random, 4000, dogs=0.2), crowd(random, 40_000, dogs=0.7)
    measured = float(of(model, there).accuracy())
    shifted = of(model, here).accuracy_under_shift(LabelShift({"cat": 0.3, "dog": 0.7})).estimate()
    assert shifted.low <= measured <= shifted.high
    assert shifted.high - shifted.low < 0.06
    assert abs(measured - float(of(model, here).accuracy())) > 0.1  # it is no easy target


@pytest.mark.parametrize("kind", ["covariates", "tilt", "weights"])
def test_another_mix_of_inputs_has_the_accuracy_measured_there(kind):
    random = np.random.default_rng(2)
    model = LogisticRegression().fit(*crowd(random, 2000))
    here, there = crowd(random, 4000), crowd(random, 40_000, mean=1.0)
    shift = {
        "covariates": CovariateShift(towards=there[0][:2000]),
        "tilt": Tilt(1, by=1.0),
        "weights": Weights(lambda x: np.exp(x[:, 1])),
    }[kind]
    measured = float(of(model, there).accuracy())
    shifted = of(model, here).accuracy_under_shift(shift).estimate()
    assert shifted.low <= measured <= shifted.high
    assert shifted.high - shifted.low < 0.12
    assert float(of(model, here).accuracy()) > shifted.high


def test_the_share_of_right_answers_is_reweighted_class_by_class(model):
    random = np.random.default_rng(3)
    x, y = crowd(random, 500, dogs=0.2)
    right = model.predict(x) == y
    expected = 0.5 * right[y == "cat"].mean() + 0.5 * right[y == "dog"].mean()
    assert float(of(model, (x, y)).accuracy_under_shift(EVEN)) == pytest.approx(expected)


@pytest.mark.parametrize("others", [{}, {"home": "Rome"}], ids=["numbers", "several types"])
def test_a_column_of_a_frame_is_tilted_by_its_name(model, others):
    x, y = crowd(np.random.default_rng(20), 300)

    def said(x):
        return model.predict(x if isinstance(x, np.ndarray) else np.stack([x["weight"], x["age"]], axis=1))

    frame = pd.DataFrame({"weight": x[:, 0], "age": x[:, 1], **others})
    by_name = Subject(said, frame, y).accuracy_under_shift(Tilt("age", by=0.5))
    assert float(by_name) == pytest.approx(float(Subject(said, x, y).accuracy_under_shift(Tilt(1, by=0.5))))


def test_a_column_that_a_frame_has_not_is_refused_with_those_it_has(model):
    x, y = crowd(np.random.default_rng(21), 30)
    subject = Subject(model.predict, pd.DataFrame(x, columns=["weight", "age"]), y)
    with pytest.raises(InvalidArgument, match="columns 0 to 1, named weight, age; give"):
        subject.accuracy_under_shift(Tilt("aeg", by=0.5))


def test_examples_are_weighted_whatever_their_order(model):
    random = np.random.default_rng(4)
    x, y = crowd(random, 300)
    values = [float(of(model, (x, y), seed=seed).accuracy_under_shift(Weights(x[:, 1] ** 2))) for seed in (0, 1)]
    assert values[0] == pytest.approx(values[1])
    assert values[0] == pytest.approx(np.average(model.predict(x) == y, weights=x[:, 1] ** 2))


def test_of_a_few_examples_the_shares_among_these_count(model):
    random = np.random.default_rng(5)
    x, y = crowd(random, 1000, dogs=0.2)
    subject = of(model, (x, y), samples=200)
    rows = subject._laboratory.order
    right = (model.predict(x) == y)[rows]
    expected = 0.5 * right[y[rows] == "cat"].mean() + 0.5 * right[y[rows] == "dog"].mean()
    estimate = subject.accuracy_under_shift(EVEN).estimate()
    assert estimate.n == 200
    assert estimate.value == pytest.approx(expected)


def test_images_are_reweighted_under_a_perturbation_and_another_criterion():
    random = np.random.default_rng(0)
    y = np.repeat([0, 1], [150, 50])
    images = np.clip(random.normal(0.3 + 0.1 * y[:, None, None], 0.1, (200, 8, 8)), 0, 1)

    def model(x):
        bright = x.mean(axis=(1, 2)) - 0.35
        return np.stack([-bright, bright], axis=1)

    subject = Subject(model, images, y, bounds=(0, 1))
    mix = LabelShift({0: 0.5, 1: 0.5})
    clean, turned = subject.accuracy_under_shift(mix), subject.accuracy_under_shift(mix, under=GaussianNoise(sigma=0.5))
    assert float(turned) < float(clean)
    assert float(subject.accuracy_under_shift(mix, under=Rotate(degrees=10), criterion=TopK(2))) == 1.0


def test_the_record_says_what_the_examples_are_worth(model):
    random = np.random.default_rng(6)
    verdict = of(model, crowd(random, 400, dogs=0.2)).accuracy_under_shift(EVEN) >= 0.2
    assert verdict
    assert "note: reweighted, 400 examples are worth" in verdict.explanation
    assert "Korn-Graubard" in verdict.explanation


@pytest.mark.parametrize("claim", [Claim.DATASET, Claim.POPULATION])
def test_a_verdict_that_rests_on_a_few_examples_is_invalid(model, claim):
    random = np.random.default_rng(7)
    x, y = crowd(random, 400)
    few = Weights(np.where(np.arange(400) < 20, 100.0, 0.01))
    for verdict in (
        of(model, (x, y), claim=claim).accuracy_under_shift(few) >= 0.01,
        of(model, (x, y), claim=claim).accuracy_under_shift(few) <= 0.99,
    ):
        assert verdict.decision is Decision.INVALID
        assert "400 examples are worth 20" in verdict.reason


def test_a_number_that_rests_on_a_few_examples_is_not_given(model):
    random = np.random.default_rng(8)
    with pytest.raises(InvalidModel, match="worth 1, fewer than 30"):
        float(of(model, crowd(random, 100)).accuracy_under_shift(Weights(np.arange(100) == 3)))


def test_a_population_is_settled_by_the_interval(model):
    random = np.random.default_rng(9)
    measured = of(model, crowd(random, 2000, dogs=0.2), claim=Claim.POPULATION).accuracy_under_shift(EVEN)
    value = float(measured)
    assert (measured >= value).decision is Decision.UNDECIDED
    assert (measured >= value - 0.1).decision is Decision.PASS


def test_a_class_that_is_not_there_is_named_before_the_model_is_asked():
    def model(x):
        raise AssertionError("asked")

    subject = Subject(model, np.zeros((4, 2)), [0, 0, 1, 1])
    with pytest.raises(InvalidArgument, match="none of the 4 examples has that label"):
        subject.accuracy_under_shift(LabelShift({0: 0.5, 2: 0.5}))


def test_what_is_no_mix_is_refused():
    with pytest.raises(InvalidArgument, match="shift={'cat': 1.0} is no mix of examples"):
        AccuracyUnderShift({"cat": 1.0})
