"""The data of a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Examples", "Splits"]


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Inputs and their targets, as read-only views.

    Args:
        x: (n, ...) inputs.
        y: (n, ...) targets.

    Raises:
        ValueError: x and y differ in length, or there are none.
    """

    x: NDArray[Any]
    y: NDArray[Any]

    def __post_init__(self) -> None:
        """Validate, and lock the arrays against being written."""
        if not 0 < len(self.x) == len(self.y):
            raise ValueError(
                f"x has {len(self.x)} examples and y has {len(self.y)}: each needs one target, at least one"
            )
        for name in ("x", "y"):
            view = getattr(self, name).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.x)

    def __getitem__(self, rows: slice) -> Examples:
        """Return some of the examples."""
        return Examples(x=self.x[rows], y=self.y[rows])


@dataclass(frozen=True, kw_only=True)
class Splits:
    """The data of a task, in random order.

    Args:
        train: What a model may learn from; validation is taken out of it.
        test: What only the final measurement may see.
        source: Which data it is, for instance "mnist_5000"; results depend on it.
        elsewhere: More to test on, from where the training data do not come, by name.
    """

    train: Examples
    test: Examples
    source: str
    elsewhere: Mapping[str, Examples] = field(default_factory=dict)

    def fingerprint(self) -> str:
        """Return a short hash of every value, the same on every machine."""
        digest = blake2b(self.source.encode(), digest_size=8)
        parts = (self.train, self.test, *(self.elsewhere[name] for name in sorted(self.elsewhere)))
        for array in (array for part in parts for array in (part.x, part.y)):
            digest.update(f"{array.dtype.str}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()
