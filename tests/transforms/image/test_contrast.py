"""Contrast against the formula, and what it keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Between, Bounds, Exactly, InvalidArgument
from pytest_robust.transforms import CifarC, Contrast, ImageNetC


@pytest.mark.parametrize("factor", [0, 0.3, 1.4])
def test_the_distance_from_the_mean_is_multiplied(factor: float, photos: Any, change: Any) -> None:
    mean = photos.mean(axis=(1, 2, 3), keepdims=True)
    changed = change(Contrast(factor=Exactly(factor)), photos, bounds=UNBOUNDED)
    np.testing.assert_allclose(changed, mean + factor * (photos - mean), atol=1e-5)


def test_the_mean_and_the_colours_relation_to_it_stay(photos: Any, change: Any) -> None:
    changed = change(Contrast(factor=Exactly(0.5)), photos)
    np.testing.assert_allclose(changed.mean(axis=(1, 2, 3)), photos.mean(axis=(1, 2, 3)), atol=1e-5)
    np.testing.assert_allclose(changed.std(axis=(1, 2, 3)), 0.5 * photos.std(axis=(1, 2, 3)), atol=1e-5)


def test_a_strong_contrast_is_clipped_to_the_bounds(photos: Any, change: Any) -> None:
    stark = change(Contrast(factor=Exactly(1e6)), photos * 255, bounds=Bounds(0, 255))
    assert set(np.unique(stark)) == {0, 255}


def test_factor_one_changes_nothing(photos: Any, change: Any) -> None:
    assert np.array_equal(change(Contrast(factor=0), photos), photos)
    assert np.array_equal(change(Contrast(factor=Exactly(1)), photos), photos)


def test_a_plain_image_stays(change: Any) -> None:
    plain = np.full((2, 7, 5, 3), 0.3, np.float32)
    np.testing.assert_allclose(change(Contrast(factor=0.9), plain), plain, atol=1e-6)


def test_a_number_draws_factors_around_one(change: Any) -> None:
    x = np.tile(np.array([[0.4, 0.6]], np.float32), (2000, 1, 1))
    factor = np.ptp(change(Contrast(factor=0.5), x), axis=(1, 2)) / 0.2
    assert factor.min() == pytest.approx(0.5, abs=0.01)
    assert factor.max() == pytest.approx(1.5, abs=0.01)
    assert factor.mean() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("layout", ["C", "F"])
def test_an_image_alone_has_the_same_mean_to_the_last_bit(layout: Any, change: Any) -> None:
    # Long enough for blocks of a buffered sum to cross from one image into the next.
    x = np.asarray(np.random.default_rng(0).random((6, 61, 67, 3), dtype=np.float32), order=layout)
    transform = Contrast(factor=Exactly(0.3))
    whole = change(transform, x)
    for row in range(len(x)):
        assert np.array_equal(change(transform, x[row : row + 1])[0], whole[row])


@pytest.mark.parametrize("factor", [1.5, Exactly(-0.1), Between(-1, 1), -0.1, float("nan"), "2"])
def test_an_impossible_factor_is_refused(factor: Any) -> None:
    with pytest.raises(InvalidArgument, match="factor="):
        Contrast(factor=factor)


def test_a_milder_contrast_is_nearer_to_one() -> None:
    assert Contrast(factor=0.4).scaled(0.5) == Contrast(factor=0.2)
    assert Contrast(factor=Exactly(0)).scaled(0.25) == Contrast(factor=Exactly(0.75))
    assert Contrast.strongest() == Contrast(factor=0.9)


@pytest.mark.parametrize(
    ("constants", "published"),
    [(ImageNetC(), (0.4, 0.3, 0.2, 0.1, 0.05)), (CifarC(), (0.75, 0.5, 0.4, 0.3, 0.15))],
)
def test_a_severity_moves_each_channel_towards_its_own_mean(
    constants: Any, published: tuple[float, ...], photos: Any, change: Any
) -> None:
    mean = photos.mean(axis=(1, 2), keepdims=True)
    for severity, factor in enumerate(published, 1):
        changed = change(Contrast(severity=severity, constants=constants), photos, bounds=UNBOUNDED)
        np.testing.assert_allclose(changed, mean + factor * (photos - mean), atol=1e-6)


def test_a_severity_leaves_alpha(change: Any) -> None:
    images = np.random.default_rng(0).random((3, 8, 9, 4), dtype=np.float32)
    paler = change(Contrast(severity=5), images)
    assert np.array_equal(paler[..., 3], images[..., 3])
    assert np.array_equal(paler[..., :3], change(Contrast(severity=5), images[..., :3]))


@pytest.mark.parametrize("layout", ["C", "F"])
@pytest.mark.parametrize("channels", [1, 3])
def test_at_a_severity_too_an_image_alone_has_the_same_mean_to_the_last_bit(
    layout: Any, channels: int, change: Any
) -> None:
    x = np.asarray(np.random.default_rng(0).random((6, 61, 67, channels), dtype=np.float32), order=layout)
    whole = change(Contrast(severity=2), x)
    for row in range(len(x)):
        assert np.array_equal(change(Contrast(severity=2), x[row : row + 1])[0], whole[row])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "neither is given"),
        ({"factor": 0.1, "severity": 1}, "both are given"),
        ({"severity": 0}, "severity=0"),
        ({"factor": 0.1, "constants": "cifar"}, "constants='cifar'"),
    ],
)
def test_exactly_one_of_factor_and_severity_is_taken(arguments: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        Contrast(**arguments)
