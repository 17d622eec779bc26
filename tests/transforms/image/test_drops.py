"""Drops in relief: their light, and their equalised levels."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.transforms.image._drops import _equalised, drops


def test_drops_are_the_equalised_distance_from_the_edge_in_relief() -> None:
    layer = np.zeros((1, 24, 24), np.float32)
    layer[0, 6:18, 6:18] = 0.8
    shining = drops(layer, shine=0.5)
    # Light comes from one side: the drop's edges differ along the falling diagonal, and mirror it.
    assert shining.max() == pytest.approx(0.5)
    np.testing.assert_allclose(shining[0], shining[0].T, atol=1e-6)
    assert np.abs(shining[0] - shining[0, ::-1, ::-1]).max() > 0.1


def test_equalising_makes_all_levels_as_frequent_as_can_be() -> None:
    layers = np.random.default_rng(0).integers(0, 21, (9, 11, 4)).astype(np.uint8)
    layers[..., 1] = 7
    layers[..., 2] = np.where(layers[..., 2] < 10, 3, 20)
    for example, got in enumerate(np.moveaxis(_equalised(layers), -1, 0)):
        layer = layers[..., example]
        lowest = (layer == layer.min()).sum()
        if lowest == layer.size:
            assert np.array_equal(got, layer)
            continue
        rank = np.array([(layer <= value).sum() for value in range(21)]) - lowest
        assert np.abs(got - (rank * 255 / (layer.size - lowest))[layer]).max() <= 0.501
