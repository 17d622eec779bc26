"""The model and the data that `robust` measures: what a project writes once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# The reference models lie beside the package, and are not part of it.
sys.path.insert(0, str(Path(__file__).parents[1]))


@pytest.fixture(scope="session")
def mnist():
    """The MNIST CNN of the reference models, which ships trained, with its data."""
    from reference_models import trained
    from reference_models.tasks.mnist_cnn import TASK

    return trained(TASK, seed=0)


@pytest.fixture(scope="session")
def robust_model(mnist):
    """The model under test."""
    return mnist.model


@pytest.fixture(scope="session")
def robust_data(mnist):
    """The examples it is tested on: never seen in training."""
    return mnist.splits.test.x, mnist.splits.test.y


@pytest.fixture(scope="session")
def train(mnist):
    """The examples it was trained on."""
    return mnist.splits.train.x, mnist.splits.train.y
