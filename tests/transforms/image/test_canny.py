"""Canny's edges against the definition, pixel by pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust.transforms.image._canny import canny


def _edges(layers: Any) -> Any:
    return np.moveaxis(canny(np.ascontiguousarray(np.moveaxis(layers, 0, -1)), low=50, high=150), -1, 0)


def _slow(layer: Any) -> Any:
    """Return the edges of one layer, in floating point."""
    right, down = (ndimage.sobel(layer.astype(float), axis=axis, mode="nearest") for axis in (1, 0))
    size = np.pad(np.abs(right) + np.abs(down), 1)
    found = np.zeros(layer.shape, bool)
    for row, column in np.ndindex(layer.shape):
        gradient, here = (down[row, column], right[row, column]), size[row + 1, column + 1]
        tangent = abs(gradient[0]) / abs(gradient[1]) if gradient[1] else np.inf
        if tangent < np.tan(np.pi / 8):
            step, strictly = (0, 1), False
        elif tangent > 1 / np.tan(np.pi / 8):
            step, strictly = (1, 0), False
        else:
            step, strictly = (1, 1 if gradient[0] * gradient[1] > 0 else -1), True
        before, after = (size[row + 1 + way * step[0], column + 1 + way * step[1]] for way in (-1, 1))
        found[row, column] = here > 50 and here > before and (here > after or (not strictly and here == after))
    parts, _ = ndimage.label(found, structure=np.ones((3, 3)))
    strong = np.unique(parts[found & (size[1:-1, 1:-1] > 150)])
    return np.isin(parts, strong[strong > 0])


@pytest.mark.parametrize("smooth", [0, 1, 2])
def test_edges_are_those_of_the_definition(smooth: int) -> None:
    noise = np.random.default_rng(smooth).integers(0, 256, (4, 17, 23))
    smoothed = ndimage.gaussian_filter(noise.astype(float), (0, smooth, smooth))
    layers = ((smoothed - smoothed.min()) / np.ptp(smoothed) * 255).astype(np.uint8)
    found = _edges(layers)
    assert found.any()
    for layer, edges in zip(layers, found, strict=True):
        assert np.array_equal(edges, _slow(layer))


def test_an_edge_is_one_pixel_wide() -> None:
    layer = np.zeros((1, 12, 12), np.uint8)
    layer[:, :, 6:] = 200
    assert np.array_equal(np.unique(np.nonzero(_edges(layer))[2]), [5])


def test_a_weak_edge_counts_where_a_chain_joins_it_to_a_strong_one() -> None:
    # Steps of 15 and 60 grey levels are gradients of 60 and 240, and the strong one runs on as a weak one.
    layer = np.zeros((1, 20, 12), np.uint8)
    layer[:, :, 6:] = 15
    assert not _edges(layer).any()
    layer[:, :5, 6:] = 60
    assert _edges(layer)[0, 10:, 5].all()


def test_a_plain_layer_has_no_edge() -> None:
    assert not _edges(np.full((2, 9, 9), 77, np.uint8)).any()
