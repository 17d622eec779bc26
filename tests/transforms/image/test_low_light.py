"""Low light against the statistics of counted electrons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import Between, Bounds, InvalidArgument, InvalidData
from pytest_robust.transforms import LowLight, Overexposure


@pytest.mark.parametrize(("value", "stops"), [(1.0, 1), (0.8, 2), (0.7, 0.5)])
def test_the_counts_have_mean_and_variance_of_electrons_left_by_chance(value: float, stops: float, change: Any) -> None:
    x = np.full((4, 100, 100, 1), value, np.float32)
    dark = change(LowLight(stops=stops, electrons=4000, read=5), x).astype(np.float64)
    counts, before, left = dark**2.2 * 4000, value**2.2 * 4000, 2.0**-stops
    # Each of the electrons is left with the same chance: a binomial count. A part of the read
    # noise was there.
    variance = before * left * (1 - left) + 25 * (1 - left**2)
    error = np.sqrt(variance / counts.size)
    assert counts.mean() == pytest.approx(before * left, abs=4 * error)
    assert counts.var() == pytest.approx(variance, rel=4 * np.sqrt(2 / counts.size))


def test_binomial_counts_are_what_the_noise_stands_for(change: Any) -> None:
    # 300 electrons, two stops: counts of 75, drawn by NumPy.
    drawn = np.random.default_rng(0).binomial(300, 0.25, 40_000)
    x = np.ones((4, 100, 100), np.float32)
    counts = change(LowLight(stops=2, electrons=300, read=0), x).ravel().astype(np.float64) ** 2.2 * 300
    quantiles = [0.01, 0.1, 0.5, 0.9, 0.99]
    # A count steps by one, and a binomial is a little skewed.
    np.testing.assert_allclose(np.quantile(counts, quantiles), np.quantile(drawn, quantiles), atol=1)


def test_two_exposures_are_as_noisy_as_one_of_both(change: Any) -> None:
    x = np.full((4, 100, 100), 0.9, np.float32)
    once = change(LowLight(stops=3, electrons=50_000, read=20), x)
    twice = change(LowLight(stops=1, electrons=50_000, read=20), x, seed=1)
    twice = change(LowLight(stops=2, electrons=50_000, read=20), twice, seed=2)
    assert twice.mean() == pytest.approx(once.mean(), rel=1e-3)
    assert twice.std() == pytest.approx(once.std(), rel=0.03)


def test_without_noise_it_undoes_an_overexposure(photos: Any, change: Any) -> None:
    dark = change(LowLight(stops=2, electrons=1e12, read=0), photos)
    np.testing.assert_allclose(dark, photos * 2 ** (-2 / 2.2), atol=1e-4)
    np.testing.assert_allclose(change(Overexposure(stops=2), dark), photos, atol=1e-4)


def test_every_entry_has_noise_of_its_own(change: Any) -> None:
    dark = change(LowLight(stops=2), np.full((2, 30, 30, 3), 0.8, np.float32))
    assert len(np.unique(dark)) > 0.9 * dark.size
    assert np.abs(np.corrcoef(dark.reshape(-1, 3).T) - np.eye(3)).max() < 4 / np.sqrt(1800)


def test_no_stop_changes_nothing(photos: Any, change: Any) -> None:
    assert np.array_equal(change(LowLight(stops=0), photos * 255, bounds=Bounds(0, 255)), photos * 255)


def test_more_stops_are_darker_with_less_signal_to_noise(change: Any) -> None:
    x = np.full((1, 100, 100), 0.8, np.float32)
    images = [change(LowLight(stops=stops), x) for stops in (1, 2, 3, 4)]
    means, ratios = [image.mean() for image in images], [image.mean() / image.std() for image in images]
    assert means == sorted(means, reverse=True)
    assert ratios == sorted(ratios, reverse=True)


@pytest.mark.parametrize("stops", [-1, Between(-1, 1), float("inf"), "2", None])
def test_impossible_stops_are_refused(stops: Any) -> None:
    with pytest.raises(InvalidArgument, match="stops="):
        LowLight(stops=stops)


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), True, "1000", None])
@pytest.mark.parametrize("name", ["electrons", "gamma"])
def test_what_must_be_above_0_is_refused(name: str, value: Any) -> None:
    with pytest.raises(InvalidArgument, match=f"{name}=.* must be a finite number above 0"):
        LowLight(stops=1, **{name: value})


@pytest.mark.parametrize("read", [-1, Between(1, 2), float("nan"), True, "3"])
def test_an_impossible_read_noise_is_refused(read: Any) -> None:
    with pytest.raises(InvalidArgument, match="read="):
        LowLight(stops=1, read=read)


def test_images_without_white_are_refused(photos: Any, change: Any) -> None:
    with pytest.raises(InvalidData, match="what is white"):
        change(LowLight(stops=1), photos, bounds=Bounds(0, float("inf")))


def test_a_milder_exposure_has_fewer_stops() -> None:
    assert LowLight(stops=3, read=1).scaled(0.5) == LowLight(stops=1.5, read=1)
    assert LowLight.strongest() == LowLight(stops=6)
