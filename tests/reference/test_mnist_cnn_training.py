"""Task 14 learns what it is expected to, from the data at hand."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from reference_models.store import shipped_at
from reference_models.task import Trained
from reference_models.tasks.mnist_cnn import TASK

pytest.importorskip("tensorflow")


def test_mnist_cnn_reads_965_of_1000_digits(result: Trained) -> None:
    assert TASK.measure(result.model, result.splits)["accuracy"] >= 0.965


def test_mnist_cnn_measures_what_is_expected(result: Trained) -> None:
    measured = TASK.measure(result.model, result.splits)
    expected = TASK.expected_on(result.splits.source)
    assert expected
    assert all(each.holds(measured[each.metric]) for each in expected)


def test_mnist_cnn_returns_probabilities(result: Trained) -> None:
    answers = result.model.predict(result.splits.test.x[:50], verbose=0)
    assert answers.shape == (50, 10)
    assert answers.min() >= 0
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)


def test_mnist_cnn_answers_the_same_twice(result: Trained) -> None:
    # Dropout and augmentation act only while it learns.
    x = result.splits.test.x[:50]
    np.testing.assert_array_equal(result.model.predict(x, verbose=0), result.model.predict(x, verbose=0))


def test_mnist_cnn_is_kept_without_the_optimizer(result: Trained) -> None:
    size = shipped_at(TASK).with_suffix(".keras").stat().st_size
    # Adam's slots would make it three times its weights.
    assert 4 * result.model.count_params() < size < 1.3 * 4 * result.model.count_params()


def test_figure_shows_each_digit_read_right_and_the_surest_mistakes(drawing: Figure) -> None:
    titles = [axes.get_title() for axes in drawing.axes]
    assert [title.split(",")[0] for title in titles[:8]] == [f"{digit} read {digit}" for digit in range(8)]
    assert all(title[0] != title[7] for title in titles[8:]), "the digit, then what was read"
    sure = [float(title.split()[-1].rstrip("%")) for title in titles[8:]]
    assert sure == sorted(sure, reverse=True)
