from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import UNBOUNDED
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import Table
from pytest_robust.transforms import StaleValues


@pytest.mark.parametrize("rows", [1, 24])
def test_a_value_is_that_of_an_earlier_row(people, change, rows) -> None:
    after = change(StaleValues(rate=1, rows=rows), people)
    for name, values in people.items():
        assert after[name][:rows].tolist() == values[:rows].tolist()
        assert after[name][rows:].tolist() == values[:-rows].tolist()


def test_the_rate_is_the_share_of_values_that_are_stale(change) -> None:
    x = np.arange(8000.0).reshape(4000, 2)
    stale = change(StaleValues(rate=0.2), x) != x
    assert stale.mean() == pytest.approx(0.2, abs=0.02)


def test_the_earlier_row_is_that_of_the_data_and_not_of_the_batch() -> None:
    x = np.arange(10.0)[:, None]
    batch = Batch(x=x[[7, 3]], y=None, bounds=UNBOUNDED, whole=Table.of(x))
    after = StaleValues(rate=1).apply(batch, Streams.of(0, index=np.array([7, 3]))).x
    assert after.ravel().tolist() == [6, 2]


@pytest.mark.parametrize("rows", [0, 1.5, True])
def test_a_number_of_rows_that_is_none_is_refused(rows) -> None:
    with pytest.raises(InvalidArgument, match="rows=.*must be an integer, at least 1"):
        StaleValues(rate=0.1, rows=rows)
