"""The robustness of a digit classifier, as its release would be tested."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from pytest_robust.attacks import FGSM, PGD, UniformNoise
from pytest_robust.strategies import perturbations
from pytest_robust.transforms import Flip, GaussianNoise, Rotate, Shear, Translate, Zoom


def test_clean(robust):
    assert robust.accuracy() >= 0.96
    assert robust.score("f1_macro") >= 0.95


@pytest.mark.parametrize("eps", [0.05, 0.1, 0.2])
def test_fgsm(robust, eps):
    bar = {0.05: 0.8, 0.1: 0.5, 0.2: 0.05}[eps]
    assert robust.accuracy(under=FGSM(eps=eps)) >= bar


@pytest.mark.parametrize("eps", [0.05, 0.1])
def test_pgd(robust, eps):
    bar = {0.05: 0.75, 0.1: 0.2}[eps]
    assert robust.accuracy(under=PGD(eps=eps)) >= bar


def test_random_noise_of_the_same_size_is_no_attack(robust):
    assert robust.accuracy(under=UniformNoise(eps=0.1)) >= 0.95


@pytest.mark.robust(transform="gaussian_noise", sigma=0.1, min_accuracy=0.94)
@pytest.mark.robust(under=Rotate(degrees=15), min_accuracy=0.92)
@pytest.mark.robust(under=Translate(width=0.1, height=0.1), min_accuracy=0.85)
@pytest.mark.robust(under=Zoom(factor=0.1), min_accuracy=0.92)
@pytest.mark.robust(under=Shear(degrees=10), min_accuracy=0.94)
def test_small_changes_of_the_scanner():
    """The markers are the checks."""


def test_mirrored_digits_are_other_signs(robust):
    """A flip is no augmentation for digits: the model must not read a mirrored 2 as a 2."""
    assert robust.accuracy(under=Flip()) <= 0.6


def test_generalization(robust, train):
    assert robust.generalization_gap(train=train) <= 0.05


def test_twenty_points_more_than_under_pgd(robust):
    """Two measurements on the same examples are compared example by example."""
    assert robust.accuracy(under=FGSM(eps=0.1)) >= robust.accuracy(under=PGD(eps=0.1)) - 0.01


@given(p=perturbations(Rotate(degrees=12), GaussianNoise(sigma=0.1)))
@settings(max_examples=20, deadline=None)
def test_small_changes_in_any_mixture(robust, p):
    assert robust.accuracy(under=p) >= 0.85
