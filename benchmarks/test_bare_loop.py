"""A whole check under an attack, beside the attack written by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.bare import STEPS, Bare
from benchmarks.checks import fresh
from benchmarks.cnn import BATCH, Digits
from benchmarks.race import race
from benchmarks.row import Row, at_most, told
from pytest_robust.adapters import adapt
from pytest_robust.attacks import FGSM, PGD
from pytest_robust.gates.subject import Subject


@pytest.mark.parametrize(
    ("eps", "bar"), [(0.1, 1.0), (0.2, 1.0), (0.001, 1.08)], ids=["some break", "most break", "none breaks"]
)
def test_pgd_is_no_slower_than_a_compiled_loop(
    eps: float, bar: float, digits: Digits, bare: Bare, benchmark: BenchmarkFixture, hold: Callable[..., None]
) -> None:
    subject = Subject(adapt(digits.model, allow_pickle=False), digits.x, digits.y)
    attack = PGD(eps=eps, steps=STEPS)

    def by_hand() -> float:
        found = bare.pgd(digits.x, digits.y, eps=eps, step=2.5 * eps / STEPS)
        return float(bare.right(found, digits.y).mean())

    ratios = race(benchmark, lambda: fresh(subject, batch=BATCH).accuracy(under=attack) >= 0, by_hand, rounds=7)
    hold(at_most(bar, f"PGD-40 LInf {eps:g}, time of a whole check", "a compiled loop, all examples", ratios))


def test_fgsm_is_told_beside_one_compiled_step(
    digits: Digits, bare: Bare, benchmark: BenchmarkFixture, hold: Callable[..., None]
) -> None:
    subject = Subject(adapt(digits.model, allow_pickle=False), digits.x, digits.y)

    def by_hand() -> float:
        found = bare.fgsm(digits.x, digits.y, eps=0.1)
        return float((bare.right(digits.x, digits.y) & bare.right(found, digits.y)).mean())

    ratios = race(benchmark, lambda: fresh(subject, batch=BATCH).accuracy(under=FGSM(eps=0.1)) >= 0, by_hand, rounds=21)
    # No bar: the check also tries noise on 256 images, which one step cannot hide.
    row: Row = told("FGSM LInf 0.1, time of a whole check", "a compiled step, clean and final answers", ratios)
    hold(row)
