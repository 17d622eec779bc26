from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import UNBOUNDED
from pytest_robust.core.perturbation import TableTransform
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import Table, packed

ROWS = 4000


@pytest.fixture
def people() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {
        "age": random.integers(18, 90, ROWS),
        "income": random.lognormal(8, 1, ROWS),
        "height": random.normal(170, 9, ROWS),
        "city": random.choice(["Rome", "Oslo", "Lima"], ROWS),
        "born": random.choice(["Paris", "Cairo"], ROWS),
        "member": random.random(ROWS) < 0.5,
    }


@pytest.fixture
def change() -> Callable[..., Any]:
    """Return what a transform makes of all rows, as the columns by name, or of a matrix as a matrix."""

    def changed(transform: TableTransform, x: Any, whole: Table | None = None) -> Any:
        rows = packed(x) if isinstance(x, dict) else x
        table = whole or Table.of(rows)
        batch = Batch(x=rows, y=None, bounds=UNBOUNDED, whole=table)
        after = transform.apply(batch, Streams.of(0, transform.kind, index=np.arange(len(rows)))).x
        return {name: after[name] for name in after.dtype.names} if isinstance(x, dict) else after

    return changed
