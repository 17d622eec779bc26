"""Speckle against the statistics of a product."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from pytest_robust import UNBOUNDED, Bounds, InvalidData
from pytest_robust.transforms import CifarC, ImageNetC, SpeckleNoise
from pytest_robust.transforms.image._noise import normals

PUBLISHED = [(ImageNetC(), (0.15, 0.2, 0.35, 0.45, 0.6)), (CifarC(), (0.06, 0.1, 0.12, 0.16, 0.2))]


@pytest.mark.parametrize(("constants", "sigma"), PUBLISHED)
def test_the_noise_grows_with_the_light(constants: Any, sigma: tuple[float, ...], change: Any) -> None:
    grey = np.full((20, 30, 30, 3), 0.2, np.float32)
    for severity, expected in enumerate(sigma, 1):
        noise = change(SpeckleNoise(severity=severity, constants=constants), grey) / 0.2 - 1
        # Where it is not cut off at black.
        kept = noise.ravel()[noise.ravel() > -1 + 1e-6]
        assert stats.kstest(kept, stats.truncnorm(-1 / expected, np.inf, scale=expected).cdf).pvalue > 1e-3


def test_every_entry_has_noise_of_its_own(change: Any) -> None:
    noise = change(SpeckleNoise(severity=1), np.full((10, 40, 40, 3), 0.5, np.float32))
    for one, other in ((noise[..., 0], noise[..., 1]), (noise[:-1], noise[1:]), (noise[:, :-1], noise[:, 1:])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.04


def test_black_stays_black(change: Any) -> None:
    black = np.full((2, 9, 9, 3), -1, np.float32)
    assert np.array_equal(change(SpeckleNoise(severity=5), black, bounds=Bounds(-1, 1)), black)


def test_the_table_is_standard_normal() -> None:
    table = normals().astype(np.float64)
    assert table.mean() == pytest.approx(0, abs=1e-9)
    assert table.var() == pytest.approx(1, abs=1e-6)
    assert (table**4).mean() == pytest.approx(3, abs=2e-3)
    assert stats.kstest(table, "norm").statistic < 2e-5


def test_it_means_nothing_without_a_range(change: Any) -> None:
    with pytest.raises(InvalidData, match="what is black and what is white.*bounds="):
        change(SpeckleNoise(severity=1), np.zeros((2, 8, 8), np.float32), bounds=UNBOUNDED)
