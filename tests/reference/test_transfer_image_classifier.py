"""Task 7's robustness, written as a user would write it: what ImageNet gives to four thousand small pictures."""

from __future__ import annotations

import pytest

from pytest_robust import Dataset
from pytest_robust.attacks import PGD, UniformNoise
from pytest_robust.transforms import Brightness, GaussianBlur, GaussianNoise, Translate
from reference_models.data import emoji10
from reference_models.tasks.transfer_image_classifier import TASK
from reference_models.transfer import whole

pytestmark = pytest.mark.skipif(bool(TASK.missing()), reason=TASK.missing() or "installed")

# The big network takes 8 ms an image, and as much again for its gradient.
FEW = 200


@pytest.fixture(scope="module")
def robust_data(subject) -> Dataset:
    # Eight images of one glyph are right or wrong together: the intervals count glyphs.
    return Dataset(x=subject.x[:FEW], y=subject.y[:FEW], groups=emoji10.tested_glyphs()[:FEW])


@pytest.fixture(scope="module")
def scratch(result):
    return whole(result.model, "scratch")


def test_a_network_that_has_seen_the_world_beats_one_that_has_not(robust, scratch, result, subject) -> None:
    tuned = robust(subject.model, subject.x, subject.y, groups=emoji10.tested_glyphs()[: len(subject.x)], name="tuned")
    alone = robust(scratch, subject.x, subject.y, groups=emoji10.tested_glyphs()[: len(subject.x)], name="scratch")
    assert tuned.accuracy() >= 0.65
    assert tuned.accuracy() >= alone.accuracy() + 0.05


def test_frozen_features_are_enough_for_a_linear_head(robust, result, robust_data) -> None:
    assert robust(whole(result.model, "frozen"), robust_data, name="frozen").accuracy() >= 0.55


def test_it_knows_what_another_vendor_draws(robust, result, subject) -> None:
    redrawn = result.splits.elsewhere["twitter"][:FEW]
    groups = emoji10.tested_glyphs()[:FEW]
    assert robust(subject.model, redrawn.x, redrawn.y, groups=groups, name="redrawn").accuracy() >= 0.5


@pytest.mark.robust(under=Translate(width=2 / 32, height=2 / 32), min_accuracy=0.5)
@pytest.mark.robust(under=Brightness(severity=2), min_accuracy=0.5)
def test_it_bears_what_a_camera_does() -> None:
    """The markers are the checks."""


def test_noise_takes_much_from_it_and_blur_little(robust) -> None:
    assert robust.accuracy(under=GaussianNoise(severity=3)) <= robust.accuracy() - 0.1
    assert robust.accuracy(under=GaussianBlur(severity=3)) >= 0.55


def test_it_is_undefended(robust) -> None:
    assert robust.accuracy(under=PGD(eps=4 / 255, steps=5)) <= 0.15
    assert robust.accuracy(under=UniformNoise(eps=4 / 255)) >= 0.5
