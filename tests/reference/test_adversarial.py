"""Adversarial training, on a line where the worst input is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference_models.adversarial import AdversarialTraining
from reference_models.splits import Examples
from reference_models.task import Epoch

keras = pytest.importorskip("keras")

# The first feature tells the classes apart by a wide gap, the second by one narrower than the budget: only the
# first withstands a change of 0.2.
CLASSES = np.random.default_rng(0).integers(0, 2, 400)
WIDE = np.where(CLASSES == 1, 0.8, 0.2) + np.random.default_rng(1).normal(0, 0.05, 400)
NARROW = np.where(CLASSES == 1, 0.52, 0.48)
EXAMPLES = Examples(x=np.clip(np.stack([WIDE, NARROW], axis=1), 0, 1).astype(np.float32), y=CLASSES)


def fitted(
    *, eps: float, seed: int = 0, on_epoch: Callable[[Epoch], None] = lambda _: None, quick: bool = False
) -> Any:
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation="softmax")])
    fit = AdversarialTraining(
        eps=eps, steps=3, step_size=eps / 2, start=eps, epochs=40, batch_size=50, learning_rate=0.1
    )
    return fit(model, EXAMPLES, quick=quick, on_epoch=on_epoch)


def under_attack(model: Any, eps: float) -> float:
    """Return accuracy in the worst corner of the box, which of a linear model is known."""
    kernel, bias = model.get_weights()
    margin = (EXAMPLES.x @ (kernel[:, 1] - kernel[:, 0]) + bias[1] - bias[0]) * np.where(EXAMPLES.y == 1, 1, -1)
    return float(np.mean(margin > eps * np.abs(kernel[:, 1] - kernel[:, 0]).sum()))


def test_it_learns_what_withstands_the_change() -> None:
    plain, hardened = fitted(eps=1e-6), fitted(eps=0.2)
    assert under_attack(plain, 0.0) > 0.99
    assert under_attack(plain, 0.2) < under_attack(hardened, 0.2) - 0.1
    assert under_attack(hardened, 0.2) > 0.9


def test_it_leaves_alone_what_any_change_turns() -> None:
    wide, narrow = np.abs(np.diff(fitted(eps=0.2).get_weights()[0], axis=1)).ravel()
    assert narrow < 0.2 * wide


def test_same_seed_same_weights_another_seed_others() -> None:
    first, again, other = (fitted(eps=0.2, seed=seed).get_weights()[0] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_it_tells_after_each_epoch_what_it_withstands() -> None:
    told: list[Epoch] = []
    fitted(eps=0.2, on_epoch=told.append)
    assert [(epoch.number, epoch.of) for epoch in told] == [(number, 40) for number in range(1, 41)]
    assert told[0].figures["loss"] > told[-1].figures["loss"]
    assert told[-1].figures["val_robust_accuracy"] > 0.8


def test_a_quick_fit_is_one_epoch() -> None:
    told: list[Epoch] = []
    model = fitted(eps=0.2, on_epoch=told.append, quick=True)
    assert len(told) == 1
    assert not model.compiled, "an optimizer would be saved with it"
