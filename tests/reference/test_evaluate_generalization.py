"""Task 9's robustness, and what it is worth on new examples, written as a user would write it."""

from __future__ import annotations

import pytest

from pytest_robust import L2, UNBOUNDED, Dataset, InvalidModel, Subject
from pytest_robust.attacks import PGD, UniformNoise
from pytest_robust.transforms import ColumnNoise, OutOfRange, StaleValues, UnitMixUp
from reference_models.architectures import digit_mlp, tumour_mlp
from reference_models.splits import Examples
from reference_models.tasks.evaluate_generalization import (
    LEARN_DIGITS,
    LEARN_TUMOURS,
    TASK,  # noqa: F401 - what the fixtures test
    digits,
    fold_of,
    standardised,
    unseen_digits,
)


@pytest.fixture(scope="module")
def robust_data(subject):
    # Measures in units of their own have no range in common.
    return Dataset(x=subject.x, y=subject.y, bounds=UNBOUNDED)


def learned(network, learn, x, y):
    """Return the network, fitted."""
    return learn(network, Examples(x=x, y=y), quick=False, on_epoch=lambda _: None)


def test_it_tells_tumours_apart_that_it_has_not_seen(robust, result) -> None:
    train = result.splits.train
    assert robust.score("roc_auc") >= 0.98
    assert robust.score("recall") >= 0.9  # Malignant ones that are found.
    assert robust.generalization_gap(train=(train.x, train.y)) <= 0.06


@pytest.mark.robust(min_accuracy=0.9, claim="population")
def test_it_would_tell_nine_tumours_of_ten_apart() -> None:
    """The marker is the check: not of these tumours alone, but of all that these are a sample of."""


def test_folds_say_without_the_test_set_what_the_test_set_says(robust, result) -> None:
    train = result.splits.train
    learners = robust(result.model["tumours"], Dataset(x=train.x, y=train.y, bounds=UNBOUNDED), name="fresh tumour_mlp")
    folds = learners.cross_validation(build=lambda x, y: learned(tumour_mlp(), LEARN_TUMOURS, x, y), folds=5)
    assert folds >= 0.94
    assert robust.accuracy() >= float(folds) - 0.04
    assert robust.accuracy() <= float(folds) + 0.04


def test_a_network_that_is_used_again_is_refused() -> None:
    seen, network = digits()[:300], digit_mlp()
    readers = Subject(network, seen.x, seen.y)
    folds = readers.cross_validation(build=lambda x, y: learned(network, LEARN_DIGITS, x, y), folds=5)
    with pytest.raises(InvalidModel, match=r"the model of fold 1 again for fold 2.*has learned from the examples"):
        folds.estimate()


@pytest.mark.parametrize(("member", "flatters"), [("digits_folds", False), ("digits_reused", True)])
def test_the_last_fold_flatters_a_network_that_was_used_again(robust, result, member: str, flatters: bool) -> None:
    dealt, new = digits(), unseen_digits()
    last = fold_of(dealt.y) == 4
    reader = robust(result.model[member].get_layer("fold_4"), new.x, new.y, name=member)
    flattery = reader.generalization_gap(train=(dealt.x[last], dealt.y[last]))
    assert flattery >= 0.05 if flatters else flattery <= 0.05
    assert reader.score("roc_auc_ovr") >= 0.97


@pytest.mark.robust(under=ColumnNoise(sigma=0.2), min_accuracy=0.92)
@pytest.mark.robust(under=StaleValues(rate=0.05), min_accuracy=0.9)
def test_it_bears_what_a_laboratory_does() -> None:
    """The markers are the checks."""


def test_a_wrong_unit_is_not_borne(robust) -> None:
    assert robust.accuracy(under=UnitMixUp(rate=0.1, factor=10)) <= 0.8
    assert robust.accuracy(under=OutOfRange(rate=0.1)) <= 0.8


def test_a_budget_in_standard_deviations_breaks_it_by_degrees(robust, subject) -> None:
    inner = standardised(subject)
    network = robust(inner.model, Dataset(x=inner.x, y=inner.y, bounds=UNBOUNDED), name="tumour_mlp standardised")
    assert network.accuracy(under=UniformNoise(eps=0.3)) >= 0.92
    assert network.accuracy(under=PGD(eps=0.1)) >= 0.8
    assert network.accuracy(under=PGD(eps=1.0)) <= 0.2
    assert network.accuracy(under=PGD(eps=0.3)) <= network.accuracy(under=UniformNoise(eps=0.3)) - 0.05
    assert network.accuracy(under=PGD(eps=0.3, norm=L2)) >= network.accuracy(under=PGD(eps=0.3))
