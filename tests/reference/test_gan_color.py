"""Task 8's robustness, written as a user would write it: of a generator in colour, and of its discriminator."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, ByFunction
from pytest_robust.attacks import FGSM, UniformNoise
from pytest_robust.transforms import GaussianNoise
from reference_models.data import coloured_digits
from reference_models.gan.copies import copied
from reference_models.gan.latent import Truncation
from reference_models.gan.reader import colour_reader, digits_present, ink_of, read_from
from reference_models.gan.sampling import as_shares, asked_for, latents, samples
from reference_models.tasks.gan_color import TASK  # noqa: F401 - what the fixtures test

SURE = ByFunction(lambda _, probabilities: float(max(probabilities) >= 0.8))


@pytest.fixture(scope="module")
def reader():
    return colour_reader(side=coloured_digits.SIDE)


@pytest.fixture(scope="module")
def z(result):
    return latents(result.model["generator"], 500, key=5)


@pytest.fixture(scope="module")
def latent_to_digit(result, reader):
    return read_from(result.model["generator"], reader)


@pytest.fixture
def made(robust, latent_to_digit, z):
    return robust(latent_to_digit, z, asked_for(z), bounds=UNBOUNDED, name="gan_color")


@pytest.fixture(scope="module")
def ink():
    return ink_of(side=coloured_digits.SIDE)


def test_the_reader_can_be_trusted_before_it_is_asked_about_samples(robust, reader, result) -> None:
    real = result.splits.test[:500]
    assert robust(reader, as_shares(real.x), real.y, name="reader").accuracy() >= 0.95


# ---------------------------------------------------------------- the generator


def test_it_makes_all_ten_digits_and_the_one_that_is_asked_for(made) -> None:
    assert made.accuracy() >= 0.9
    assert made.score(digits_present) >= 1


@pytest.mark.parametrize("under", [GaussianNoise(sigma=0.1), Truncation(within=1.0)], ids=["noise", "truncation"])
def test_quality_and_coverage_bear_noise_and_truncation(made, under) -> None:
    assert made.accuracy(criterion=SURE) >= 0.88
    assert made.accuracy(under=under) >= 0.83
    assert made.accuracy(under=under, criterion=SURE) >= 0.8
    assert made.score(digits_present, under=under) >= 1


def test_nearby_latent_vectors_make_the_same_digit(made) -> None:
    assert made.invariance(under=GaussianNoise(sigma=0.05)) >= 0.93
    assert made.invariance(under=GaussianNoise(sigma=3)) <= 0.3


# ---------------------------------------------------------------- the discriminator: 1 is real, 0 is generated


def test_it_hardly_tells_real_from_generated_any_more(robust) -> None:
    # As it is meant to be in the end: who could tell would still have something to teach the generator.
    assert robust.accuracy() >= 0.5
    assert robust.accuracy() <= 0.7


def test_the_discriminator_is_undefended(robust) -> None:
    fgsm, noise = FGSM(eps=0.05, on="image"), UniformNoise(eps=0.05, on="image")
    assert robust.accuracy(under=fgsm) <= 0.1
    # The control: a step of the same size in a random direction.
    assert robust.accuracy(under=noise) >= robust.accuracy(under=fgsm) + 0.3


# ---------------------------------------------------------------- copies


def test_it_does_not_copy_what_it_learned_from_in_any_colour(robust, result, ink) -> None:
    def inks(images):
        return np.asarray(ink(as_shares(images)))

    learned, held_out = inks(result.splits.train.x), inks(result.splits.test.x)
    generator = result.model["generator"]
    made = inks(samples(generator, latents(generator, 500, key=5)))
    assert robust.outcomes("samples that are no copies", ~copied(made, learned=learned, held_out=held_out)) >= 0.95
    # The control: training images in the opposite colours are copies, and found out.
    copies = inks(255 - result.splits.train.x[:200])
    assert robust.outcomes("copies that are found", copied(copies, learned=learned, held_out=held_out)) >= 0.95
