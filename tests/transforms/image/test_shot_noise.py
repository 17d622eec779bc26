"""Counts of photons against the Poisson distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from pytest_robust import UNBOUNDED, Bounds, InvalidData
from pytest_robust.transforms import CifarC, ImageNetC, ShotNoise
from pytest_robust.transforms.image.shot_noise import _counted

PUBLISHED = [(ImageNetC(), (60, 25, 12, 5, 3)), (CifarC(), (500, 250, 100, 75, 50))]


@pytest.mark.parametrize("photons", [3, 5, 12, 60, 500])
@pytest.mark.parametrize("level", [0, 1, 40, 200, 255])
def test_as_many_words_stand_for_a_count_as_it_is_likely(level: int, photons: int) -> None:
    words = np.arange(2**16, dtype=np.uint16)
    counted = _counted(np.full(2**16, level, dtype=np.uint32), words, photons)
    poisson = stats.poisson(level / 255 * photons)
    expected = np.append(poisson.pmf(np.arange(photons)), poisson.sf(photons - 1)) * 2**16
    # Both ends of a count's share of the words are rounded.
    np.testing.assert_allclose(np.bincount(counted, minlength=photons + 1), expected, atol=1 + 1e-6)


@pytest.mark.parametrize(("constants", "photons"), PUBLISHED)
def test_the_light_is_kept_and_varies_as_counts_do(constants: Any, photons: tuple[int, ...], change: Any) -> None:
    grey = np.full((20, 30, 30, 3), 51, np.float32)
    for severity, white in enumerate(photons, 1):
        noisy = change(ShotNoise(severity=severity, constants=constants), grey, bounds=Bounds(0, 255)) / 255
        counts = np.arange(white + 1) / white
        share = np.append(stats.poisson(0.2 * white).pmf(np.arange(white)), stats.poisson(0.2 * white).sf(white - 1))
        assert noisy.mean() == pytest.approx(counts @ share, rel=0.01)
        assert noisy.var() == pytest.approx(counts**2 @ share - (counts @ share) ** 2, rel=0.03)
        np.testing.assert_allclose(noisy * white, np.round(noisy * white), atol=1e-3)


def test_every_entry_has_noise_of_its_own(change: Any) -> None:
    noise = change(ShotNoise(severity=1), np.full((10, 40, 40, 3), 0.5, np.float32))
    for one, other in ((noise[..., 0], noise[..., 1]), (noise[:-1], noise[1:]), (noise[:, :-1], noise[:, 1:])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.04


def test_black_stays_black(change: Any) -> None:
    black = np.full((2, 9, 9, 3), -1, np.float32)
    assert np.array_equal(change(ShotNoise(severity=5), black, bounds=Bounds(-1, 1)), black)


def test_it_means_nothing_without_a_range(change: Any) -> None:
    with pytest.raises(InvalidData, match="what is black and what is white.*bounds="):
        change(ShotNoise(severity=1), np.zeros((2, 8, 8), np.float32), bounds=UNBOUNDED)
