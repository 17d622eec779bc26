"""Task 6's train-test gaps, written as a user would write it."""

from __future__ import annotations

import pytest

from reference_models.side_by_side import apart
from reference_models.tasks.overfitting import SEEDS, TASK  # noqa: F401 - what the fixtures test

# The bars are about images still to come, so each gap's whole interval must clear them.
pytestmark = pytest.mark.robust(claim="population")


@pytest.fixture
def train(result):
    return result.splits.train.x, result.splits.train.y


@pytest.fixture
def one(robust, result):
    """Return a way to a treatment's model of one seed, on the test set."""
    test = result.splits.test
    return lambda name, seed: robust(apart(result.model[name])[seed], test.x, test.y, name=f"{name}, seed {seed}")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_untreated_it_learns_by_heart(one, train, seed) -> None:
    assert one("none", seed).generalization_gap(train=train) >= 0.07


@pytest.mark.parametrize("seed", range(SEEDS))
def test_small_moves_narrow_the_gap(one, train, seed) -> None:
    assert one("augmented", seed).generalization_gap(train=train) <= 0.1
