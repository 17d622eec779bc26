"""Salt and pepper, counted."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pytest_robust import UNBOUNDED, Bounds, InvalidData
from pytest_robust.transforms import CifarC, ImageNetC, ImpulseNoise

PUBLISHED = [(ImageNetC(), (0.03, 0.06, 0.09, 0.17, 0.27)), (CifarC(), (0.01, 0.02, 0.03, 0.05, 0.07))]


@pytest.mark.parametrize(("constants", "shares"), PUBLISHED)
def test_the_published_share_is_set_half_of_it_each_way(constants: Any, shares: tuple[float, ...], change: Any) -> None:
    grey = np.full((20, 30, 30, 3), 3.5, np.float32)
    for severity, share in enumerate(shares, 1):
        noisy = change(ImpulseNoise(severity=severity, constants=constants), grey, bounds=Bounds(-0.3, 7.1))
        for value in (np.float32(-0.3), np.float32(7.1)):
            count = int((noisy == value).sum())
            assert stats.binomtest(count, grey.size, share / 2).pvalue > 1e-3
        assert set(np.unique(noisy)) == {np.float32(-0.3), np.float32(3.5), np.float32(7.1)}


def test_channels_are_set_one_by_one(change: Any) -> None:
    noisy = change(ImpulseNoise(severity=5, constants=ImageNetC()), np.full((10, 40, 40, 3), 0.5, np.float32))
    hit = noisy != 0.5
    for one, other in ((hit[..., 0], hit[..., 1]), (hit[:-1], hit[1:]), (hit[:, :, :-1], hit[:, :, 1:])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.04


def test_a_higher_severity_sets_the_same_entries_and_more(photos: Any, change: Any) -> None:
    noisy = [change(ImpulseNoise(severity=severity), photos) for severity in range(1, 6)]
    for mild, severe in pairwise(noisy):
        hit = mild != photos
        assert np.array_equal(mild[hit], severe[hit])
        assert (severe != photos).sum() > hit.sum()


def test_what_is_not_set_is_left_to_the_last_bit(change: Any) -> None:
    images = np.random.default_rng(0).normal(size=(5, 20, 20, 3)).astype(np.float32).clip(-2, 2)
    noisy = change(ImpulseNoise(severity=1), images, bounds=Bounds(-2.1, 2.3))
    left = (noisy > -2.1) & (noisy < 2.3)
    assert left.mean() > 0.9
    assert np.array_equal(noisy[left], images[left])


def test_it_means_nothing_without_a_range(change: Any) -> None:
    with pytest.raises(InvalidData, match="what is black and what is white.*bounds="):
        change(ImpulseNoise(severity=1), np.zeros((2, 8, 8), np.float32), bounds=UNBOUNDED)
