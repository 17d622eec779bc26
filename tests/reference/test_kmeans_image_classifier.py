"""Task 16's robustness, written as a user would write it: K-means against what learns from it."""

from __future__ import annotations

import pytest

from pytest_robust import Dataset
from pytest_robust.attacks import FGSM, PGD, UniformNoise
from pytest_robust.transforms import Brightness, Flip, GaussianBlur, GaussianNoise, JpegCompression, Translate
from reference_models.data import emoji10
from reference_models.tasks.kmeans_image_classifier import TASK  # noqa: F401 - what the fixtures test


@pytest.fixture(scope="module")
def robust_data(subject) -> Dataset:
    # Eight images of one glyph are right or wrong together: the intervals count glyphs.
    return Dataset(x=subject.x, y=subject.y, groups=emoji10.tested_glyphs())


@pytest.fixture
def of(robust, result, robust_data):
    """Return a member of the family, to be asked about the test set."""
    return lambda name: robust(result.model[name], robust_data, name=name)


def test_features_of_patches_beat_clusters_of_images(of) -> None:
    assert of("patches").accuracy() >= 0.53
    assert of("pca").accuracy() >= 0.2
    assert of("patches").accuracy() >= of("pca").accuracy() + 0.2
    assert of("pca").accuracy() >= of("pixels").accuracy() + 0.03


def test_a_network_taught_by_clusters_surpasses_them_and_falls_short_of_labels(of) -> None:
    # It has only ever seen the clusters' names for the images, a third of them right.
    assert of("pseudo").accuracy() >= of("pca").accuracy()
    assert of("pseudo").accuracy() <= of("patches").accuracy() - 0.1


def test_patches_bear_what_a_camera_does(of) -> None:
    patches = of("patches")
    assert patches.accuracy(under=Translate(width=2 / 32, height=2 / 32)) >= 0.4
    assert patches.accuracy(under=Brightness(severity=2)) >= 0.4
    assert patches.accuracy(under=JpegCompression(severity=2)) >= 0.35
    assert patches.accuracy(under=Flip()) >= 0.4


def test_noise_changes_every_patch_and_hardly_a_whole_image(of) -> None:
    noise = GaussianNoise(severity=3)
    assert of("pca").invariance(under=noise) >= 0.8
    assert of("patches").invariance(under=noise) <= 0.5
    assert of("patches").accuracy(under=GaussianBlur(severity=3)) >= 0.4


def test_another_vendors_drawings_are_harder_for_all(robust, result) -> None:
    redrawn = result.splits.elsewhere["twitter"]
    for name, least in (("pixels", 0.1), ("pca", 0.18), ("patches", 0.35), ("pseudo", 0.12)):
        shifted = robust(result.model[name], redrawn.x, redrawn.y, groups=emoji10.tested_glyphs(), name=name)
        assert shifted.accuracy() >= least
        assert result.metrics[f"{name}_twitter"] <= result.metrics[name]


def test_attacks_follow_the_gradient_through_features_and_clusters(of) -> None:
    for name in ("pca", "patches"):
        noise, pgd = (
            of(name).accuracy(under=under) for under in (UniformNoise(eps=4 / 255), PGD(eps=4 / 255, steps=10))
        )
        assert pgd <= noise - 0.05


def test_patches_are_undefended(of) -> None:
    assert of("patches").accuracy(under=FGSM(eps=8 / 255)) <= 0.1
