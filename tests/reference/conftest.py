"""A reference model's test names its task, `TASK`, and finds the trained model in these fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reference_models import trained
from reference_models.task import Subject, Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pytest_robust.plugin.robust import Robust


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


@pytest.fixture
def drawing(robust: Robust, result: Trained) -> Figure:
    """Draw the task's figure, and put it on the page."""
    drawn = result.task.figure(result)
    robust.figure(drawn, f"{result.task.number}. {result.task.name}: {result.task.purpose}")
    return drawn
