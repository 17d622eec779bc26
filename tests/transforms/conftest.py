"""What the tests of transforms share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pytest_robust.core.arrays import read_only
from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams

UNIT = Bounds(0, 1)
Change = Callable[..., NDArray[Any]]


@pytest.fixture
def change() -> Change:
    """Return a function that applies a transform to an array."""

    def apply(transform: Transform, x: NDArray[Any], *, bounds: Bounds = UNIT, seed: int = 0) -> NDArray[Any]:
        batch = Batch(x=read_only(x), y=None, bounds=bounds)
        return transform.apply(batch, Streams.of(seed, transform.kind, index=np.arange(len(x)))).x

    return apply


@pytest.fixture
def photos() -> NDArray[np.float32]:
    """Return (6, 9, 12, 3) images in [0, 1]: not square, with no symmetry to hide behind."""
    return np.random.default_rng(0).random((6, 9, 12, 3), dtype=np.float32)


@pytest.fixture
def squares() -> NDArray[np.float32]:
    """Return (5, 8, 8) grey images in [0, 1]."""
    return np.random.default_rng(1).random((5, 8, 8), dtype=np.float32)
