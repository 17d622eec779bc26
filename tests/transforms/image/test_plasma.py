"""The plasma fractal against diamonds and squares, one by one."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._plasma import plasma

STREAMS = Streams.of(0, "plasma", index=np.arange(3))


@pytest.mark.parametrize("decay", [1.4, 3.0])
def test_every_cell_is_the_mean_of_four_corners_and_a_random_value(decay: float) -> None:
    side = 16
    drawn = STREAMS.uniform("plasma", (side, side), -1, 1).astype(float)
    fields = np.zeros((3, side, side))
    step, amplitude = side, 1.0
    while step > 1:
        half = step // 2
        for odd_rows, odd_columns in ((1, 1), (1, 0), (0, 1)):
            straight, ways = odd_rows != odd_columns, [(-half, 0), (half, 0), (0, -half), (0, half)]
            corners = ways if straight else [(a, b) for a in (-half, half) for b in (-half, half)]
            for row in range(odd_rows * half, side, step):
                for column in range(odd_columns * half, side, step):
                    around = [fields[:, (row + down) % side, (column + right) % side] for down, right in corners]
                    fields[:, row, column] = np.mean(around, axis=0) + amplitude * drawn[:, row, column]
        step, amplitude = half, amplitude / decay**2
    fields -= fields.min(axis=(1, 2), keepdims=True)
    fields /= fields.max(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(plasma(STREAMS, side, decay=decay), fields, atol=1e-5)


def test_the_side_is_the_next_power_of_two() -> None:
    assert [plasma(STREAMS, size, decay=2).shape[1] for size in (1, 8, 9, 32, 33)] == [2, 8, 16, 32, 64]


def test_both_ends_are_reached() -> None:
    fields = plasma(STREAMS, 20, decay=2)
    assert (fields.min(axis=(1, 2)) == 0).all()
    assert (fields.max(axis=(1, 2)) == 1).all()
