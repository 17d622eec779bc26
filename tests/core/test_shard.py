"""Some of the examples."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.shard import Shard


@pytest.mark.parametrize("count", [1, 2, 3, 7, 200])
def test_every_example_is_in_exactly_one_shard(count):
    positions = np.random.default_rng(count).permutation(101)
    held = np.array([Shard(index=index, count=count).holds(positions) for index in range(1, count + 1)])
    assert (held.sum(axis=0) == 1).all()
    assert held.sum(axis=1).max() - held.sum(axis=1).min() <= 1


def test_it_is_read_as_it_is_written():
    assert Shard.of("2/4") == Shard(index=2, count=4) == Shard.of(str(Shard.of(" 2/4 ")))


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "1/", "/2", "a/b", "-1/2", "1/2/3", "1.5/2", "0/0", ""])
def test_what_is_none_is_refused(text):
    with pytest.raises(InvalidArgument, match="write I/K with I from 1 to K, for instance 2/4"):
        Shard.of(text)
