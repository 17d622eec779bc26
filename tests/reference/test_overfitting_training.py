"""What task 6's treatments come to over seeds, and what goes wrong where a gap is not measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reference_models.over_seeds import t_interval
from reference_models.side_by_side import apart
from reference_models.task import Trained
from reference_models.tasks.overfitting import MEMBERS, SEEDS, TASK, TREATMENTS, accuracies

keras = pytest.importorskip("keras")


@pytest.fixture(scope="module")
def measured(result: Trained) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return by treatment the seeds' accuracy on training and on test images."""
    return {name: accuracies(result.model[name], result.splits) for name in TREATMENTS}


def gap(measured: Any, name: str) -> NDArray[np.float64]:
    learned, unseen = measured[name]
    return learned - unseen


def test_each_treatment_has_a_model_for_each_seed(result: Trained) -> None:
    assert list(result.model) == list(TREATMENTS)
    for model in result.model.values():
        seeds = apart(model)
        assert len(seeds) == SEEDS >= 5
        first = [each.get_weights()[0] for each in seeds]
        assert not any(np.array_equal(first[0], other) for other in first[1:])


def test_it_learns_from_600_images_sixty_of_each_digit(result: Trained) -> None:
    np.testing.assert_array_equal(np.bincount(result.splits.train.y), [60] * 10)
    assert len(result.splits.test) >= 1000


def test_untreated_networks_know_what_they_learned_by_heart(measured: Any) -> None:
    learned, unseen = measured["none"]
    assert learned.min() >= 0.995
    assert unseen.max() <= 0.92


def test_gap_of_each_treatment_has_an_interval_over_seeds(result: Trained, measured: Any) -> None:
    metrics = TASK.measure(result.model, result.splits)
    for name in TREATMENTS:
        interval = t_interval(gap(measured, name))
        assert interval.low < metrics[f"{name}_gap"] < interval.high
        assert (metrics[f"{name}_gap_low"], metrics[f"{name}_gap_high"]) == pytest.approx((interval.low, interval.high))
