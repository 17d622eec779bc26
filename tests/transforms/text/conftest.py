"""What the tests of changes of texts share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pytest_robust.core.perturbation import Transform

Rewrite = Callable[..., str]


@pytest.fixture
def rewrite(change: Any) -> Rewrite:
    """Return a function that applies a transform to one text."""

    def apply(transform: Transform, text: str, *, seed: int = 0) -> str:
        return str(change(transform, np.array([text], dtype=object), seed=seed)[0])

    return apply
