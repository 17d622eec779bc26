"""Layers against SciPy's filters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._layers import enlarging, normal, spread
from pytest_robust.transforms.image._separable import gaussian


@pytest.mark.parametrize("mode", ["nearest", "reflect"])
@pytest.mark.parametrize("sigma", [0.1, 0.3, 4.0])
def test_smoothing_is_the_gaussian_filter(sigma: float, mode: Any) -> None:
    layer = np.random.default_rng(0).random((3, 9, 14), dtype=np.float32)
    rows, columns = (gaussian(side, sigma, truncate=3, mode=mode) for side in (9, 14))
    expected = ndimage.gaussian_filter(layer, (0, sigma, sigma), truncate=3, mode=mode)
    np.testing.assert_allclose(spread(layer, rows, columns), expected, atol=1e-6)


@pytest.mark.parametrize("factor", [1, 2.5, 4.5, 20])
def test_enlarging_is_linear_zooming_of_as_many_cells_as_cover_the_side(factor: float) -> None:
    rows, columns = enlarging(17, factor), enlarging(24, factor)
    assert rows.shape[1] == np.ceil(17 / factor)
    assert len(rows) >= 17
    layer = np.random.default_rng(0).random((rows.shape[1], columns.shape[1]), dtype=np.float32)
    expected = ndimage.zoom(layer, factor, order=1)
    np.testing.assert_allclose(spread(layer[None], rows, columns)[0], expected, atol=1e-6)


def test_normal_values_have_mean_0_and_deviation_1() -> None:
    drawn = normal(Streams.of(0, "layers", index=np.arange(20)), "field", (40, 50))
    assert drawn.mean() == pytest.approx(0, abs=0.02)
    assert drawn.std() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("size", [32, 200])
def test_a_product_of_one_example_is_that_of_the_batch(size: int) -> None:
    layer = np.random.default_rng(0).random((6, size, size), dtype=np.float32)
    matrix = gaussian(size, 2, truncate=4, mode="nearest")
    whole = spread(layer, matrix, matrix)
    for row in range(6):
        assert np.array_equal(spread(layer[row : row + 1], matrix, matrix)[0], whole[row])
