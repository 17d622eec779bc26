"""A reference model's test names its task, `TASK`, and finds the trained model in these fixtures."""

from __future__ import annotations

import pytest

from reference_models import trained
from reference_models.task import Subject, Trained


@pytest.fixture(scope="module")
def result(request: pytest.FixtureRequest) -> Trained:
    """Return the trained model of the module's task, with its data."""
    return trained(request.module.TASK)


@pytest.fixture(scope="module")
def subject(result: Trained) -> Subject:
    return result.subject


@pytest.fixture(scope="module")
def robust_model(subject: Subject):
    return subject.model


@pytest.fixture(scope="module")
def robust_data(subject: Subject):
    return subject.x, subject.y
