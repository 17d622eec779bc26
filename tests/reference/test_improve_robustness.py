"""Task 5's treatments beside each other, written as a user would write it."""

from __future__ import annotations

import pytest

from pytest_robust.attacks import FGSM, PGD, UniformNoise
from pytest_robust.transforms import Flip
from reference_models.tasks.improve_robustness import EPS, TASK, treated  # noqa: F401 - what the fixtures test

ATTACK = PGD(eps=EPS)


@pytest.fixture(scope="module")
def models(result):
    return treated(result.model)


@pytest.mark.robust(claim="population")
@pytest.mark.parametrize("name", ["pgd", "fgsm"])
def test_adversarial_training_withstands_what_breaks_the_plain_model_and_costs_little(robust, models, name) -> None:
    hardened, plain = robust(models[name], name=name), robust(models["plain"], name="plain")
    assert hardened.accuracy(under=ATTACK) >= plain.accuracy(under=ATTACK) + 0.15
    assert hardened.accuracy() >= plain.accuracy() - 0.02


@pytest.mark.robust(claim="population")
def test_trained_on_pgd_it_withstands_pgd(robust) -> None:
    assert robust.accuracy(under=ATTACK) >= 0.85


def test_it_still_reads_digits(robust) -> None:
    assert robust.accuracy() >= 0.96


@pytest.mark.parametrize("name", ["augmented", "l1_l2", "dropout", "ensemble"])
def test_nothing_else_comes_near(robust, models, name) -> None:
    other, hardened = robust(models[name], name=name), robust(models["pgd"], name="pgd")
    assert other.accuracy() >= 0.95
    assert other.accuracy(under=ATTACK) <= hardened.accuracy(under=ATTACK) - 0.08


def test_an_ensemble_is_no_worse_than_one_of_it(robust, models) -> None:
    ensemble, plain = robust(models["ensemble"], name="ensemble"), robust(models["plain"], name="plain")
    assert ensemble.accuracy() >= plain.accuracy()
    assert ensemble.accuracy(under=ATTACK) >= plain.accuracy(under=ATTACK)


def test_it_withstands_the_budget_that_it_was_trained_with_and_not_three_times_that(robust) -> None:
    curve = robust.curve(PGD, eps=[EPS / 2, EPS, 3 * EPS])
    assert curve[EPS / 2] >= 0.9
    assert curve[EPS] >= 0.85
    assert curve[3 * EPS] <= 0.3


def test_noise_in_training_withstands_noise_and_no_attack(robust, models) -> None:
    noisy, hardened = robust(models["noise"], name="noise"), robust(models["pgd"], name="pgd")
    assert noisy.accuracy(under=UniformNoise(eps=EPS)) >= 0.95
    assert noisy.accuracy(under=ATTACK) <= hardened.accuracy(under=ATTACK) - 0.05


def test_mirrored_digits_in_training_cost_accuracy(robust, models) -> None:
    flipped, plain = robust(models["flipped"], name="flipped"), robust(models["plain"], name="plain")
    assert flipped.accuracy() <= plain.accuracy() - 0.005
    assert flipped.accuracy(under=Flip()) >= plain.accuracy(under=Flip()) + 0.2


def test_one_step_without_a_random_start_withstands_one_step_and_falls_to_many(robust, models) -> None:
    collapsed = robust(models["collapsed"], name="collapsed")
    one_step, many = FGSM(eps=3 * EPS), PGD(eps=3 * EPS)
    assert collapsed.accuracy() >= 0.8
    assert collapsed.accuracy(under=one_step) >= collapsed.accuracy(under=many) + 0.3
    assert collapsed.accuracy(under=many) <= 0.1
