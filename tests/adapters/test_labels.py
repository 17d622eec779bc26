from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust.adapters._labels import as_labels


@pytest.mark.parametrize(
    ("given", "labels"),
    [
        ([2, 0, 1], [2, 0, 1]),
        (["cat", "dog"], ["cat", "dog"]),
        ([[2], [0]], [2, 0]),
        ([["cat"], ["dog"]], ["cat", "dog"]),
        (np.eye(3)[[2, 0]], [2, 0]),
        (np.eye(3, dtype=np.int8)[[2, 0]], [2, 0]),
        (np.eye(3, dtype=bool)[[2, 0]], [2, 0]),
        ([0.5, 1.5], [0.5, 1.5]),
        # Several labels an example, none, shares: these are not one-hot rows.
        ([[1, 1], [0, 1]], [[1, 1], [0, 1]]),
        ([[0, 0], [0, 1]], [[0, 0], [0, 1]]),
        ([[0.5, 0.5], [0, 1]], [[0.5, 0.5], [0, 1]]),
        ([[2, -1], [0, 1]], [[2, -1], [0, 1]]),
        ([["a", "b"], ["c", "d"]], [["a", "b"], ["c", "d"]]),
    ],
)
def test_labels_are_one_an_example_where_that_is_their_meaning(given: Any, labels: list[Any]) -> None:
    assert as_labels(given).tolist() == labels


def test_no_labels_stay_none() -> None:
    assert as_labels(None) is None
