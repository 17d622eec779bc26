"""Task 1's networks, measured as a user would: clean, under augmentation, under attack, and five together."""

from __future__ import annotations

import re

import pytest

from pytest_robust.attacks import FGSM, PGD, UniformNoise
from pytest_robust.transforms import GaussianNoise, Rotate, Translate, Zoom
from reference_models.tasks.evaluate_robustness import NAMES, TASK, fresh, together  # noqa: F401 - what the fixtures test

FOLDS = re.compile(r"accuracy of the 5 folds: mean ([\d.]+), standard deviation ([\d.]+)")
AUGMENTED = Rotate(degrees=15) | Translate(width=2 / 28, height=2 / 28) | Zoom(factor=0.1)


@pytest.fixture(scope="module")
def five(result):
    """Return the five networks as one model."""
    return together(result.model)


def test_it_reads_digits_it_has_not_seen(robust) -> None:
    assert robust.accuracy() >= 0.93


@pytest.mark.parametrize("metric", ["precision_macro", "recall_macro", "f1_macro"])
def test_scores_are_good_and_fall_under_augmentation(robust, metric) -> None:
    assert robust.score(metric) >= 0.92
    assert robust.score(metric, under=AUGMENTED) <= robust.score(metric) - 0.1


@pytest.mark.parametrize(
    "change", [Rotate(degrees=15), Translate(width=2 / 28, height=2 / 28), Zoom(factor=0.15), GaussianNoise(sigma=0.2)]
)
def test_each_augmentation_costs_accuracy(robust, change) -> None:
    assert robust.accuracy(under=change) <= robust.accuracy() - 0.01
    assert robust.accuracy(under=change) >= 0.5


def test_attacks_break_it_and_noise_of_the_same_size_does_not(robust) -> None:
    noise, fgsm, pgd = (robust.accuracy(under=under) for under in (UniformNoise(eps=0.1), FGSM(eps=0.1), PGD(eps=0.1)))
    assert noise >= 0.9
    assert fgsm <= 0.35
    assert pgd <= fgsm - 0.05


def test_networks_that_learned_from_other_folds_read_as_well(robust, result) -> None:
    few = result.splits.train[:1000]
    folds = robust(result.model[NAMES[0]], few.x, few.y).cross_validation(build=fresh, folds=5)
    assert folds >= 0.84
    mean, spread = FOLDS.match(folds.estimate().notes[0]).groups()
    assert float(mean) >= 0.84
    assert 0 < float(spread) <= 0.05


@pytest.mark.parametrize("change", [None, AUGMENTED])
def test_five_together_are_not_worse_than_one(robust, five, result, change) -> None:
    under = {} if change is None else {"under": change}
    for name in NAMES:
        # Of five equals one is the luckiest on these digits.
        assert robust(five).accuracy(**under) >= robust(result.model[name], name=name).accuracy(**under) - 0.015


@pytest.mark.parametrize("attack", [FGSM(eps=0.1), PGD(eps=0.1)])
def test_five_together_bear_attacks_better_than_one(robust, five, result, attack) -> None:
    for name in NAMES:
        assert robust(five).accuracy(under=attack) >= robust(result.model[name], name=name).accuracy(under=attack)
