"""Task 14's robustness, written as a user would write it."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import L2
from pytest_robust.attacks import FGSM, PGD, UniformNoise
from pytest_robust.transforms import Flip, GaussianNoise, Rotate, Translate
from reference_models.tasks.mnist_cnn import (
    TASK,  # noqa: F401 - what the fixtures test
    reading_model,
)


def test_it_reads_digits_it_has_not_seen(robust, result) -> None:
    assert robust.accuracy() >= 0.965
    assert robust.score("f1_macro") >= 0.96
    assert robust.generalization_gap(train=(result.splits.train.x, result.splits.train.y)) <= 0.05


@pytest.mark.robust(transform="gaussian_noise", sigma=0.1, min_accuracy=0.94)
@pytest.mark.robust(under=Rotate(degrees=15), min_accuracy=0.92)
@pytest.mark.robust(under=Translate(width=2 / 28, height=2 / 28), min_accuracy=0.85, min_invariance=0.85)
def test_it_bears_what_a_scanner_does() -> None:
    """The markers are the checks."""


def test_it_is_undefended(robust) -> None:
    assert robust.accuracy(under=PGD(eps=0.3)) <= 0.05
    assert robust.attack_success_rate(under=PGD(eps=2.5, norm=L2)) >= 0.8


def test_attacks_are_ordered_as_they_should_be(robust) -> None:
    noise, fgsm, pgd = (robust.accuracy(under=under) for under in (UniformNoise(eps=0.1), FGSM(eps=0.1), PGD(eps=0.1)))
    assert noise >= fgsm
    assert fgsm >= pgd


def test_a_mirrored_digit_is_another_sign(robust) -> None:
    assert robust.accuracy(under=Flip()) <= 0.6


def test_more_noise_breaks_more(robust) -> None:
    assert robust.accuracy(under=GaussianNoise(sigma=0.1)) >= robust.accuracy(under=GaussianNoise(sigma=0.5))


def test_a_model_of_bytes_is_as_weak_as_the_one_in_it(robust, subject) -> None:
    pixels = np.rint(subject.x * 255).astype(np.uint8)
    reader = robust(reading_model(subject.model), pixels, subject.y, name="mnist_cnn of bytes")
    assert reader.accuracy() >= 0.965
    assert reader.accuracy(under=PGD(eps=0.3 * 255)) <= 0.05
