"""Distances against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from pytest_robust.transforms.image._distance import distance


@pytest.mark.parametrize("shape", [(8, 8), (31, 50), (60, 9)])
@pytest.mark.parametrize("most", [5, 20])
def test_distances_are_exact_up_to_the_most(shape: tuple[int, int], most: int) -> None:
    marked = np.random.default_rng(0).random((*shape, 4)) > 0.995
    marked[3, 4] = True
    expected = [ndimage.distance_transform_edt(~marked[..., example]) for example in range(4)]
    np.testing.assert_allclose(distance(marked, most=most), np.minimum(np.stack(expected, axis=-1), most), rtol=1e-6)


def test_where_nothing_is_marked_all_is_as_far_as_can_be() -> None:
    assert (distance(np.zeros((9, 12, 2), bool), most=20) == 20).all()
