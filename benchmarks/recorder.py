"""A model that remembers what it was asked, to ask it again with nothing around it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.bare import Bare
from pytest_robust.core.arrays import Floats, Inputs, Integers
from pytest_robust.core.losses import Loss
from pytest_robust.core.model import Differentiable, LossGradient

__all__ = ["Recorder"]


class Recorder(Differentiable):
    """A model, and all the calls it got.

    Args:
        model: Answers.
    """

    def __init__(self, model: Differentiable) -> None:
        self._model = model
        self._calls: list[tuple[Floats, Integers | None]] = []

    def logits(self, x: Inputs) -> Floats:
        """Return the model's logits."""
        self._calls.append((np.array(x), None))
        return self._model.logits(x)

    def loss_gradient(self, x: Inputs, y: Integers, loss: Loss) -> LossGradient:
        """Return the model's logits and gradient."""
        self._calls.append((np.array(x), np.array(y, dtype=np.int32)))
        return self._model.loss_gradient(x, y, loss)

    def replay(self, bare: Bare) -> Callable[[], None]:
        """Return what makes the same calls of compiled functions: same inputs, same batches, same order."""

        def again() -> None:
            for x, y in self._calls:
                for tensor in (bare.logits(x),) if y is None else bare.gradient(x, y):
                    tensor.numpy()

        return again
