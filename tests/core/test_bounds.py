from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from numpy.typing import NDArray

from pytest_robust.core.bounds import UNBOUNDED, Bounds, infer_bounds
from pytest_robust.core.errors import InvalidArgument, InvalidData

UNIT = np.linspace(0, 1, 27, dtype=np.float32)


@pytest.mark.parametrize(
    ("x", "wanted"),
    [
        (UNIT.reshape(3, 9), Bounds(0, 1)),
        (UNIT.reshape(1, 3, 9), Bounds(0, 1)),
        (UNIT.astype(np.float64).reshape(3, 9) * 0.3, Bounds(0, 1)),
        (np.zeros((2, 3)), Bounds(0, 1)),
        (np.arange(27, dtype=np.uint8).reshape(1, 3, 9), Bounds(0, 255)),
        (np.arange(27, dtype=np.uint8).reshape(3, 9), Bounds(0, 255)),
        (np.array([[0, 1]], dtype=np.uint8), Bounds(0, 255)),
        (np.arange(27, dtype=np.int64).reshape(1, 3, 9), Bounds(0, 255)),
        (np.arange(27, dtype=np.float32).reshape(1, 3, 9), Bounds(0, 255)),
        (np.full((1, 2, 2), 255.0), Bounds(0, 255)),
    ],
)
def test_bounds_that_leave_no_doubt_are_inferred(x: NDArray[np.generic], wanted: Bounds) -> None:
    assert infer_bounds(x) == wanted


@pytest.mark.parametrize(
    "x",
    [
        UNIT.reshape(3, 9) * 2 - 1,
        UNIT.reshape(1, 3, 9) * 2 - 1,
        UNIT.reshape(3, 9) * 200,
        UNIT.reshape(1, 3, 9) * 256,
        np.arange(27, dtype=np.int64).reshape(3, 9),
        np.array([[0, 1], [1, 0]]),
        np.zeros((1, 2, 2), dtype=np.int64),
        np.full((1, 2, 2), 1000, dtype=np.uint16),
    ],
    ids=["signed table", "signed image", "table", "over 255", "integer table", "0 and 1", "black", "16 bit"],
)
def test_bounds_in_doubt_are_asked_for(x: NDArray[np.generic]) -> None:
    with pytest.raises(
        InvalidData,
        match=r"does not tell their range; pass bounds=\(lowest, highest\), or bounds=pytest_robust.UNBOUNDED",
    ):
        infer_bounds(x)


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (nan, 1), (0, nan), (inf, inf)])
def test_bounds_that_hold_nothing_are_refused(low: float, high: float) -> None:
    with pytest.raises(InvalidArgument, match="the first must be below the second"):
        Bounds(low, high)


def test_a_half_open_range_has_no_span_of_its_own() -> None:
    half = Bounds(0, inf)
    assert (half.finite, half.span, half.floor) == (False, 1.0, 0.0)
    assert (Bounds(-2, inf).floor, Bounds(-inf, 3).floor, UNBOUNDED.floor) == (-2.0, 0.0, 0.0)
    assert (Bounds(-1, 3).finite, Bounds(-1, 3).span) == (True, 4.0)


def test_clipping_moves_to_the_nearest_allowed_value() -> None:
    x = np.array([-1, 0.5, 2], dtype=np.float32)
    assert Bounds(0, 1).clip(x).tolist() == [0, 0.5, 1]
    assert Bounds(0, inf).clip(x).tolist() == [0, 0.5, 2]
    assert Bounds(0, 1).clip(x).dtype == np.float32
    assert UNBOUNDED.clip(x) is x
