"""Gaussian noise against its statistics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from pytest_robust import UNBOUNDED, Between, Bounds, Exactly, InvalidArgument, InvalidData
from pytest_robust.transforms import BySize, CifarC, GaussianNoise, ImageNetC
from pytest_robust.transforms.image._corruption import Constants


@pytest.mark.parametrize(
    ("bounds", "deviation"), [(Bounds(0, 1), 0.05), (Bounds(0, 255), 12.75), (Bounds(-1, 1), 0.1), (UNBOUNDED, 0.05)]
)
def test_sigma_is_a_share_of_the_range(bounds: Bounds, deviation: float, change: Any) -> None:
    middle = (bounds.low + bounds.high) / 2 if bounds.finite else 0.0
    noise = change(GaussianNoise(sigma=0.05), np.full((20, 50, 50), middle, np.float32), bounds=bounds) - middle
    assert noise.std() == pytest.approx(deviation, rel=0.02)
    assert noise.mean() == pytest.approx(0, abs=5 * deviation / np.sqrt(noise.size))


def test_the_noise_is_normal_and_independent(change: Any) -> None:
    noise = change(GaussianNoise(sigma=1), np.zeros((10, 40, 40, 3), np.float32), bounds=UNBOUNDED)
    assert stats.kstest(noise.ravel(), "norm").pvalue > 1e-3
    assert abs(np.corrcoef(noise[..., 0].ravel(), noise[..., 1].ravel())[0, 1]) < 0.04
    assert abs(np.corrcoef(noise[:-1].ravel(), noise[1:].ravel())[0, 1]) < 0.04


def test_a_larger_sigma_moves_every_entry_the_same_way_further(photos: Any, change: Any) -> None:
    small, large = (change(GaussianNoise(sigma=sigma), photos, bounds=UNBOUNDED) - photos for sigma in (0.1, 0.2))
    np.testing.assert_allclose(large, 2 * small, atol=1e-6)


def test_between_draws_one_sigma_an_example(change: Any) -> None:
    noise = change(GaussianNoise(sigma=Between(0.1, 0.3)), np.zeros((100, 30, 30), np.float32), bounds=UNBOUNDED)
    sigma = noise.std(axis=(1, 2))
    assert sigma.min() == pytest.approx(0.1, abs=0.02)
    assert sigma.max() == pytest.approx(0.3, abs=0.03)


def test_texts_are_refused(change: Any) -> None:
    with pytest.raises(InvalidData, match="changes numbers"):
        change(GaussianNoise(sigma=0.1), np.array(["word"]))


@pytest.mark.parametrize("sigma", [-0.1, Exactly(-1), float("nan"), float("inf"), True, "0.1"])
def test_an_impossible_sigma_is_refused(sigma: Any) -> None:
    with pytest.raises(InvalidArgument, match="sigma="):
        GaussianNoise(sigma=sigma)


@pytest.mark.parametrize(
    ("size", "constants", "sigma"),
    [(32, BySize(), 0.08), (96, BySize(), 0.18), (32, ImageNetC(), 0.18), (96, CifarC(), 0.08)],
)
def test_a_severity_stands_for_the_published_deviation(
    size: int, constants: Constants, sigma: float, change: Any
) -> None:
    grey = np.full((16, size, size, 3), 127.5, np.float32)
    noise = change(GaussianNoise(severity=3, constants=constants), grey, bounds=Bounds(0, 255)) - 127.5
    kept = noise[np.abs(noise) < 127]
    deviation = sigma * 255
    assert stats.kstest(kept, stats.truncnorm(-127 / deviation, 127 / deviation, scale=deviation).cdf).pvalue > 1e-3
    for one, other in ((noise[..., 0], noise[..., 1]), (noise[:-1], noise[1:]), (noise[:, :-1], noise[:, 1:])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.04


def test_a_milder_severity_is_a_whole_one(change: Any) -> None:
    severe = GaussianNoise(severity=5)
    assert [severe.scaled(share).severity for share in (1, 0.6, 0.1, 0.01)] == [5, 3, 1, 1]
    assert (severe.level, severe.has_strength) == (5, True)
    assert GaussianNoise.strongest() == GaussianNoise(sigma=0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "neither is given"),
        ({"sigma": 0.1, "severity": 1}, "both are given"),
        ({"severity": 0}, "severity=0 must be an integer from 1"),
        ({"severity": 6}, "severity=6"),
        ({"severity": 2.5}, "severity=2.5"),
        ({"severity": True}, "severity=True"),
        ({"severity": 2, "constants": "cifar"}, r"constants='cifar' must be BySize\(\)"),
    ],
)
def test_severities_that_there_are_not_are_refused(arguments: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        GaussianNoise(**arguments)


def test_a_severity_means_nothing_without_a_range(change: Any) -> None:
    with pytest.raises(InvalidData, match="what is black and what is white.*bounds="):
        change(GaussianNoise(severity=1), np.zeros((2, 8, 8), np.float32), bounds=UNBOUNDED)
