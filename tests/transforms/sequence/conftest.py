"""What the tests of transforms of sequences share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pytest_robust import Bounds

VOCABULARY = Bounds(0, 99)


@pytest.fixture
def ids() -> NDArray[np.float32]:
    """Return (200, 20) token ids from 1 to 99, rows of 5 to 20 tokens with padding behind."""
    rng = np.random.default_rng(0)
    ids = rng.integers(1, 100, size=(200, 20)).astype(np.float32)
    ids[np.arange(20) >= rng.integers(5, 21, size=(200, 1))] = 0
    return ids


@pytest.fixture
def walks() -> NDArray[np.float32]:
    """Return (50, 30, 3) readings, of a different size in each feature, no two alike."""
    walks = np.cumsum(np.random.default_rng(1).normal(size=(50, 30, 3)), axis=1) * [1, 10, 100]
    return walks.astype(np.float32)


@pytest.fixture
def tell(change: Any) -> Any:
    """Return `change` in the bounds of the token ids."""
    return lambda transform, x, **more: change(transform, x, bounds=VOCABULARY, **more)
