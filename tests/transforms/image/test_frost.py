"""Frost against its formula and the statistics of its panes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from pytest_robust.core.streams import Streams
from pytest_robust.transforms import CifarC, Frost, ImageNetC
from pytest_robust.transforms.image.frost import _pane

PUBLISHED = [
    (ImageNetC(), ((1, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75))),
    (CifarC(), ((1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45))),
]


@pytest.mark.parametrize(("constants", "published"), PUBLISHED)
def test_image_and_pane_are_added_in_the_published_shares(
    constants: Any, published: tuple[tuple[float, float], ...], change: Any
) -> None:
    black = np.zeros((20, 12, 12, 3), np.float32)
    for severity, (clear, thickness) in enumerate(published, 1):
        transform = Frost(severity=severity, constants=constants)
        pane = change(transform, black) / thickness
        assert 0 <= pane.min() < pane.max() <= 1 + 1e-6
        expected = np.clip(clear * 0.5 + thickness * pane, 0, 1)
        np.testing.assert_allclose(change(transform, black + 0.5), expected, atol=1e-5)


def test_panes_are_of_five_sorts_with_the_photographs_colours(change: Any) -> None:
    panes = change(Frost(severity=1), np.zeros((600, 32, 32, 3), np.float32)) / 0.2
    red, green, blue = panes.mean(axis=(0, 1, 2))
    # The mean over the five photographs.
    assert (red, green, blue) == pytest.approx((0.574, 0.656, 0.702), abs=0.02)
    # The one photograph whose ice is blue.
    tinted = panes.mean(axis=(1, 2))[:, 0] < 0.62 * panes.mean(axis=(1, 2))[:, 2]
    assert tinted.mean() == pytest.approx(1 / 5, abs=0.06)


@pytest.mark.parametrize("size", [1.0, 0.2])
def test_a_pane_is_standard_normal_at_every_pixel(size: float) -> None:
    panes = _pane(Streams.of(0, "frost", index=np.arange(2000)), (9, 13), size)
    np.testing.assert_allclose(panes.std(axis=0), 1, atol=0.09)
    np.testing.assert_allclose(panes.mean(axis=0), 0, atol=0.11)
    assert stats.kstest(panes[:, 4, 6], "norm").pvalue > 1e-3


def test_a_pane_is_rough_at_every_scale_and_finer_where_photographs_are_reduced() -> None:
    streams = Streams.of(0, "frost", index=np.arange(300))
    shares = {}
    for size in (1.0, 0.2):
        panes = _pane(streams, (64, 64), size)
        within = [panes[:, :side, :side].var(axis=(1, 2)).mean() for side in (2, 8, 32)]
        assert np.diff(within).min() > 0.1
        shares[size] = within
    # As in the photographs: 0.12, 0.34 and 0.48 of the variance.
    np.testing.assert_allclose(shares[1.0], [0.12, 0.34, 0.48], atol=0.12)
    assert np.greater(shares[0.2], shares[1.0]).all()


def test_a_grey_image_gets_a_grey_pane_as_bright(squares: Any, change: Any) -> None:
    frosted = change(Frost(severity=1), squares * 0)
    colour = change(Frost(severity=1), np.zeros((*squares.shape, 3), np.float32))
    # But for channels of the colour that reach white.
    np.testing.assert_allclose(frosted, colour @ np.array([0.299, 0.587, 0.114]), atol=5e-3)


def test_alpha_stays(change: Any) -> None:
    images = np.random.default_rng(0).random((3, 16, 16, 4), dtype=np.float32)
    frosted = change(Frost(severity=3), images)
    np.testing.assert_allclose(frosted[..., 3], images[..., 3], atol=1e-6)
    assert np.array_equal(frosted[..., :3], change(Frost(severity=3), images[..., :3]))
