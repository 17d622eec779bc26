"""What a check needs beyond the model and the data, whatever their size."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.row import at_most
from pytest_robust.attacks import PGD
from pytest_robust.core.arrays import Floats, Inputs
from pytest_robust.core.model import Differentiable, Directions, Pullback
from pytest_robust.core.perturbation import Clean, Perturbation
from pytest_robust.core.policy import Policy
from pytest_robust.gates.subject import Subject
from pytest_robust.transforms import GaussianNoise, Rotate

_SHAPE = (64, 64, 3)
_BATCH = 64
_SIZES = (1_000, 8_000)


class _Linear(Differentiable):
    """Two classes, one weight a pixel: a model that needs next to no memory itself."""

    def __init__(self) -> None:
        self._weights = np.random.default_rng(0).normal(size=(int(np.prod(_SHAPE)), 2)).astype(np.float32)

    def logits(self, x: Inputs) -> Floats:
        """Return the weighted sums."""
        logits: Floats = np.asarray(x).reshape(len(x), -1) @ self._weights
        return logits

    def pullback(self, x: Inputs, directions: Directions, *, count: int) -> Pullback:
        """Return logits and gradients."""
        logits = self.logits(x)
        return Pullback(logits=logits, gradients=(directions(logits) @ self._weights.T).reshape(count, *np.shape(x)))


@pytest.mark.parametrize(
    "under",
    [Clean(), GaussianNoise(sigma=0.1), Rotate(degrees=15), PGD(eps=0.01, steps=3)],
    ids=lambda one: type(one).__name__,
)
def test_memory_is_a_few_batches_whatever_the_size_of_the_data(
    under: Perturbation, tmp_path: Path, hold: Callable[..., None]
) -> None:
    model, batch_bytes = _Linear(), 4 * _BATCH * int(np.prod(_SHAPE))
    _peak(model, under, tmp_path, 2 * _BATCH)  # imports and caches
    small, large = (_peak(model, under, tmp_path, size) / batch_bytes for size in _SIZES)
    name = f"memory beyond model and data, {type(under).__name__}"
    hold(
        at_most(4, f"{name}, N = {_SIZES[1]:,}", "a batch", [large], " batches"),
        at_most(0.5, f"{name}, growth from N = {_SIZES[0]:,}", "a batch", [large - small], " batches"),
    )


def _peak(model: _Linear, under: Perturbation, folder: Path, size: int) -> float:
    """Return the largest number of bytes held at once during a check of `size` mapped images."""
    path = folder / f"{size}.npy"
    images = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(size, *_SHAPE))
    for start in range(0, size, _BATCH):
        part = images[start : start + _BATCH]
        part[...] = np.random.default_rng(start).random(part.shape, dtype=np.float32)
    x = np.load(path, mmap_mode="r")
    y = np.concatenate([model.logits(x[start : start + _BATCH]).argmax(axis=1) for start in range(0, size, _BATCH)])
    tracemalloc.start()
    try:
        assert Subject(model, x, y, policy=Policy(exact=True, batch_size=_BATCH)).accuracy(under=under) >= 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        path.unlink()
