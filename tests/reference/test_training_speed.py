"""Task 17: what is trained faster withstands as much, written as a user would write it."""

from __future__ import annotations

import pytest

from pytest_robust.attacks import PGD
from pytest_robust.transforms import GaussianNoise, Translate
from reference_models.speed.ways import SHIPPED
from reference_models.tasks.training_speed import EPS, TASK  # noqa: F401 - what the fixtures test

FASTER = [name for name in SHIPPED if name not in {"plain", "unscaled"}]


@pytest.fixture(scope="module")
def models(result):
    return result.model


@pytest.fixture
def plain(robust, models):
    return robust(models["plain"], name="plain")


@pytest.mark.parametrize("name", FASTER)
def test_it_reads_as_well_as_what_was_trained_the_plain_way(robust, models, plain, name) -> None:
    faster = robust(models[name], name=name)
    assert faster.accuracy() >= 0.94
    assert faster.accuracy() >= plain.accuracy() - 0.02


@pytest.mark.parametrize("name", FASTER)
def test_it_withstands_as_much(robust, models, plain, name) -> None:
    faster, attack, noise = robust(models[name], name=name), PGD(eps=EPS, steps=5), GaussianNoise(sigma=0.2)
    assert faster.accuracy(under=attack) >= plain.accuracy(under=attack) - 0.03
    assert faster.accuracy(under=noise) >= plain.accuracy(under=noise) - 0.03


def test_all_that_helps_together_stays_within_its_bars(robust) -> None:
    assert robust.accuracy() >= 0.94
    assert robust.accuracy(under=Translate(width=1 / 28, height=1 / 28)) >= 0.88
    assert robust.accuracy(under=PGD(eps=EPS, steps=20)) >= 0.8


def test_larger_batches_at_the_rate_of_small_ones_have_learned_less(robust, models, plain) -> None:
    unscaled, scaled = robust(models["unscaled"], name="unscaled"), robust(models["large_batch"], name="large_batch")
    assert unscaled.accuracy() <= plain.accuracy() - 0.01
    assert unscaled.accuracy() <= scaled.accuracy() - 0.01
