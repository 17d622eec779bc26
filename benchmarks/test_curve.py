"""A curve over four budgets, beside what its points take at the least."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.bare import Bare
from benchmarks.checks import fresh
from benchmarks.cnn import BATCH, Digits
from benchmarks.race import race
from benchmarks.row import at_most
from pytest_robust.adapters import adapt
from pytest_robust.attacks import FGSM
from pytest_robust.gates.subject import Subject

_BUDGETS = (0.05, 0.1, 0.2, 0.3)


def test_four_budgets_of_one_step_take_one_gradient(
    digits: Digits, bare: Bare, benchmark: BenchmarkFixture, hold: Callable[..., None]
) -> None:
    subject = Subject(adapt(digits.model, allow_pickle=False), digits.x, digits.y)

    def ours() -> list[float]:
        curve = fresh(subject, batch=BATCH).curve(FGSM, eps=_BUDGETS)
        return [estimate.value for estimate in curve.estimates().values()]

    def by_hand() -> list[float]:
        robust = np.zeros(len(_BUDGETS))
        for start in range(0, len(digits.x), BATCH):
            x, y = digits.x[start : start + BATCH], digits.y[start : start + BATCH].astype(np.int32)
            logits, gradient = (one.numpy() for one in bare.gradient(x, y))
            right, sign = logits.argmax(axis=1) == y, np.sign(gradient)
            for turn, eps in enumerate(_BUDGETS):
                moved = np.clip(x + np.float32(eps) * sign, 0, 1)
                right &= bare.logits(moved).numpy().argmax(axis=1) == y
                robust[turn] += right.sum()
        return (robust / len(digits.x)).tolist()

    # Never weaker. Stronger at large budgets: where the model is sure the cross-entropy's gradient
    # rounds to zero in places, and the log-odds' does not.
    assert (np.array(ours()) <= np.array(by_hand()) + 0.005).all()
    ratios = race(benchmark, ours, by_hand, rounds=15)
    hold(at_most(1.2, "FGSM LInf at four budgets, time", "one gradient and four answers, compiled", ratios))
