"""Task 6's train-test gaps, written as a user would write it."""

from __future__ import annotations

import pytest

from reference_models.side_by_side import apart
from reference_models.tasks.overfitting import SEEDS, TASK  # noqa: F401 - what the fixtures test

# The bars are about images still to come, so each gap's whole interval must clear them.
pytestmark = pytest.mark.robust(claim="population")

each_seed = pytest.mark.parametrize("seed", range(SEEDS))


@pytest.fixture
def train(result):
    return result.splits.train.x, result.splits.train.y


@pytest.fixture
def one(robust, result):
    """Return a way to a treatment's model of one seed, on the test set."""
    test = result.splits.test
    return lambda name, seed: robust(apart(result.model[name])[seed], test.x, test.y, name=f"{name}, seed {seed}")


@each_seed
@pytest.mark.parametrize("name", ["none", "l1_l2", "ensemble"])
def test_it_learns_by_heart(one, train, name, seed) -> None:
    assert one(name, seed).generalization_gap(train=train) >= 0.08


@each_seed
@pytest.mark.parametrize("name", ["augmented", "dropout", "early_stopped"])
def test_a_treatment_keeps_the_gap_small(one, train, name, seed) -> None:
    assert one(name, seed).generalization_gap(train=train) <= 0.13


@each_seed
def test_augmentation_costs_no_accuracy(one, seed) -> None:
    assert one("augmented", seed).accuracy() >= one("none", seed).accuracy() - 0.01
