"""A model whose worst case is known in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Floats, Inputs, read_only
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.model import Differentiable, Directions, Pullback

__all__ = ["LinearModel"]


@dataclass(frozen=True, eq=False)
class LinearModel(Differentiable):
    """Two or more classes, scored by a matrix: the oracle of every attack.

    For two classes the smallest change that turns the answer has the size
    |difference of the scores| / dual norm of the difference of the weights, so an attack can
    be held against what can be broken and what cannot.

    Args:
        weights: (entries, classes) numbers.
        bias: (classes,) numbers.

    Raises:
        InvalidArgument: The shapes do not fit.

    Examples:
        >>> model = LinearModel(np.array([[0.0, 1.0], [0.0, -1.0]]), np.zeros(2))
        >>> model.logits(np.array([[2.0, 0.5]])).tolist()
        [[0.0, 1.5]]
    """

    weights: NDArray[Any]
    bias: NDArray[Any]

    def __post_init__(self) -> None:
        """Validate."""
        weights, bias = np.asarray(self.weights, dtype=np.float32), np.asarray(self.bias, dtype=np.float32)
        if weights.ndim != 2 or bias.shape != weights.shape[1:] or weights.shape[1] < 2:  # noqa: PLR2004 - a matrix, two classes
            raise InvalidArgument(
                f"weights {weights.shape} and bias {bias.shape}: give (entries, classes) and (classes,), "
                "two classes or more"
            )
        object.__setattr__(self, "weights", read_only(weights))
        object.__setattr__(self, "bias", read_only(bias))

    def logits(self, x: Inputs) -> Floats:
        """Return (n, classes) scores."""
        return np.asarray(x, dtype=np.float32).reshape(len(x), -1) @ self.weights + self.bias

    def pullback(self, x: Inputs, directions: Directions, *, count: int) -> Pullback:
        """Return the scores and the exact gradients."""
        logits = self.logits(x)
        gradients = np.asarray(directions(logits), dtype=np.float32) @ self.weights.T
        return Pullback(logits=logits, gradients=gradients.reshape(count, *np.asarray(x).shape))

    def distance(self, x: Inputs, dual_order: float) -> Floats:
        """Return (n,) the smallest change that turns the answer, for two classes.

        Args:
            x: (n, ...) inputs.
            dual_order: The dual norm's order: 1 for LInf, 2 for L2, infinity for L1.
        """
        difference = self.weights[:, 0] - self.weights[:, 1]
        margin = self.logits(x)[:, 0] - self.logits(x)[:, 1]
        return np.abs(margin) / float(np.linalg.norm(difference.astype(np.float64), ord=dual_order))
