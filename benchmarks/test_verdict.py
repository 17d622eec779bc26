"""How many examples a verdict needs, where a full evaluation asks about all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.row import at_least, told
from pytest_robust.core.arrays import Integers, Outputs
from pytest_robust.core.policy import Policy
from pytest_robust.gates.subject import Subject

_EXAMPLES = 10_000
_BAR = 0.6
_SEEDS = 25


class _Counted:
    """A classifier that is right on a known share of the examples, and counts what it is asked."""

    def __init__(self, right: float, seed: int) -> None:
        wrong = np.random.default_rng(seed).permutation(_EXAMPLES) >= round(right * _EXAMPLES)
        self._answers: Integers = wrong.astype(np.int64)
        self.asked = 0

    def __call__(self, x: Integers) -> Outputs:
        self.asked += len(x)
        return self._answers[x[:, 0].astype(np.int64)]


@pytest.mark.parametrize("right", [0.5, 0.7], ids=["10 points below", "10 points above"])
def test_a_verdict_asks_for_a_tenth_of_a_full_evaluation(right: float, hold: Callable[..., None]) -> None:
    x, y = np.arange(_EXAMPLES, dtype=np.float32)[:, None], np.zeros(_EXAMPLES, dtype=np.int64)
    saved, wrong = [], 0
    for seed in range(_SEEDS):
        early, full = _Counted(right, seed), _Counted(right, seed)
        verdict = bool(Subject(early, x, y, policy=Policy(seed=seed)).accuracy() >= _BAR)
        exact = bool(Subject(full, x, y, policy=Policy(seed=seed, exact=True)).accuracy() >= _BAR)
        wrong += verdict != exact
        saved.append(full.asked / early.asked)
    beside = f"a full evaluation, N = {_EXAMPLES:,}"
    hold(
        at_least(10, f"accuracy >= {_BAR:g} at a true {right:g}, times fewer model calls", beside, saved),
        told(f"accuracy >= {_BAR:g} at a true {right:g}, verdicts that differ of {_SEEDS}", beside, [wrong]),
    )
