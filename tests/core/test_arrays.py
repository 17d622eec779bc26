from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.core.arrays import read_only, take


def test_a_read_only_view_cannot_be_written_through_and_copies_nothing() -> None:
    array = np.arange(4.0)
    view = read_only(array)
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 7
    array[0] = 7
    assert view[0] == 7


@pytest.mark.parametrize("rows", [np.array([2, 0]), np.array([True, False, True]), slice(1, 3)], ids=str)
def test_rows_are_taken_of_every_entry(rows: np.ndarray | slice) -> None:
    a, b = np.arange(6).reshape(3, 2), np.array(["x", "y", "z"])
    assert (take(a, rows) == a[rows]).all()
    both = take({"a": a, "b": b}, rows)
    assert isinstance(both, dict)
    assert (both["a"] == a[rows]).all()
    assert (both["b"] == b[rows]).all()
