"""Task 19's robustness, written as a user would write it: of a generator, and of the discriminator it learned from."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, ByFunction
from pytest_robust.attacks import FGSM, PGD, UniformNoise
from pytest_robust.transforms import GaussianNoise
from reference_models.gan.copies import copied
from reference_models.gan.features import digit_reader
from reference_models.gan.latent import Truncation
from reference_models.gan.reader import digits_present, read_from
from reference_models.gan.sampling import asked_for, latents, samples
from reference_models.tasks.gan_digits import TASK  # noqa: F401 - what the fixtures test

# A latent vector asks for a digit, and what the reader sees in the image is the answer. Accuracy is the share of images
# that show what was asked for; beside it stands the share that is read without doubt, whatever it is.
SURE = ByFunction(lambda _, probabilities: float(max(probabilities) >= 0.8))


@pytest.fixture(scope="module")
def z(result):
    return latents(result.model["generator"], 1000, key=5)


@pytest.fixture(scope="module")
def images(result, z):
    return samples(result.model["generator"], z)


@pytest.fixture(scope="module")
def latent_to_digit(result):
    return read_from(result.model["generator"], digit_reader())


@pytest.fixture
def made(robust, latent_to_digit, z):
    return robust(latent_to_digit, z, asked_for(z), bounds=UNBOUNDED, name="gan_digits")


# ---------------------------------------------------------------- the generator


def test_it_makes_all_ten_digits_and_the_one_that_is_asked_for(made) -> None:
    assert made.accuracy() >= 0.88
    assert made.score("recall_macro") >= 0.88
    assert made.score(digits_present) >= 1


def test_most_of_what_it_makes_is_read_without_doubt(made) -> None:
    assert made.accuracy(criterion=SURE) >= 0.88


@pytest.mark.parametrize("under", [GaussianNoise(sigma=0.1), Truncation(within=1.0)], ids=["noise", "truncation"])
def test_quality_and_coverage_bear_noise_and_truncation(made, under) -> None:
    assert made.accuracy(under=under) >= 0.82
    assert made.accuracy(under=under, criterion=SURE) >= 0.82
    assert made.score(digits_present, under=under) >= 1


def test_nearby_latent_vectors_make_the_same_digit_and_distant_ones_another(made) -> None:
    assert made.invariance(under=GaussianNoise(sigma=0.1)) >= 0.88
    assert made.invariance(under=GaussianNoise(sigma=3)) <= 0.3


def test_the_worst_direction_is_far_worse_than_a_random_one(made) -> None:
    assert made.accuracy(under=UniformNoise(eps=0.2)) >= 0.8
    assert made.accuracy(under=PGD(eps=0.2, steps=10)) <= 0.1


# ---------------------------------------------------------------- the discriminator: 1 is real, 0 is generated


def test_it_tells_real_from_generated_better_than_chance(robust) -> None:
    assert robust.accuracy() >= 0.65


def test_the_discriminator_is_undefended(robust) -> None:
    assert robust.accuracy(under=FGSM(eps=0.1, on="image")) <= 0.3
    assert robust.accuracy(under=PGD(eps=0.1, steps=10, on="image")) <= 0.1


def test_attacks_on_it_are_ordered_as_they_should_be(robust) -> None:
    noise = robust.accuracy(under=UniformNoise(eps=0.05, on="image"))
    fgsm = robust.accuracy(under=FGSM(eps=0.05, on="image"))
    pgd = robust.accuracy(under=PGD(eps=0.05, steps=10, on="image"))
    assert noise >= fgsm
    assert fgsm >= pgd


def test_noise_over_a_real_image_passes_for_generated(robust, subject) -> None:
    half = len(subject.y) // 2
    real = robust(subject.model, first(subject.x, half), subject.y[:half], name="real images")
    assert real.accuracy() >= 0.4
    assert real.accuracy(under=GaussianNoise(sigma=0.3, on="image")) <= 0.05


def first(x, count):
    return {name: part[:count] for name, part in x.items()}


# ---------------------------------------------------------------- copies


def test_it_does_not_copy_what_it_learned_from(robust, result, images) -> None:
    learned, held_out = result.splits.train.x, result.splits.test.x
    assert robust.outcomes("samples that are no copies", ~copied(images, learned=learned, held_out=held_out)) >= 0.95
    # The control: training images that pass for generated ones are found out, also with noise over them.
    noisy = learned[:200] + np.random.default_rng(0).normal(0, 0.05, learned[:200].shape).astype(np.float32)
    assert robust.outcomes("copies that are found", copied(noisy, learned=learned, held_out=held_out)) >= 0.95
