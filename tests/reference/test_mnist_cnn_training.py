"""Task 14 learns what it is expected to, from the data at hand."""

from __future__ import annotations

import numpy as np
import pytest

from reference_models.store import stored_at, trained
from reference_models.task import Trained
from reference_models.tasks.mnist_cnn import TASK

pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def subject() -> Trained:
    return trained(TASK)


def test_mnist_cnn_reads_965_of_1000_digits(subject: Trained) -> None:
    assert TASK.measure(subject.model, subject.splits)["accuracy"] >= 0.965


def test_mnist_cnn_measures_what_is_expected(subject: Trained) -> None:
    measured = TASK.measure(subject.model, subject.splits)
    expected = TASK.expected_on(subject.splits.source)
    assert expected
    assert all(each.holds(measured[each.metric]) for each in expected)


def test_mnist_cnn_kept_from_disk_is_as_good_as_it_was_when_trained(subject: Trained) -> None:
    assert TASK.measure(subject.model, subject.splits) == pytest.approx(subject.metrics, abs=1e-3)


def test_mnist_cnn_returns_probabilities(subject: Trained) -> None:
    answers = subject.model.predict(subject.splits.test.x[:50], verbose=0)
    assert answers.shape == (50, 10)
    assert answers.min() >= 0
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)


def test_mnist_cnn_answers_the_same_twice(subject: Trained) -> None:
    # Dropout and augmentation act only while it learns.
    x = subject.splits.test.x[:50]
    np.testing.assert_array_equal(subject.model.predict(x, verbose=0), subject.model.predict(x, verbose=0))


def test_mnist_cnn_is_kept_without_the_optimizer(subject: Trained) -> None:
    size = stored_at(TASK, subject.seed, subject.splits).stat().st_size
    # Adam's slots would make it three times its weights.
    assert 4 * subject.model.count_params() < size < 1.3 * 4 * subject.model.count_params()
