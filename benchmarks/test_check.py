"""What a check costs beyond what it asks of the model."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.checks import fresh
from benchmarks.cnn import BATCH, Digits
from benchmarks.race import race
from benchmarks.recorder import Recorder
from benchmarks.row import at_most, told
from pytest_robust.adapters import adapt
from pytest_robust.attacks import FGSM, PGD
from pytest_robust.core.model import Differentiable
from pytest_robust.core.perturbation import Clean, Perturbation
from pytest_robust.core.verdict import Verdict
from pytest_robust.gates.subject import Subject


@pytest.mark.parametrize(
    ("name", "under", "rounds"),
    [("clean", Clean(), 101), ("FGSM 0.1", FGSM(eps=0.1), 31), ("PGD-40 0.1", PGD(eps=0.1), 7)],
    ids=["clean", "fgsm", "pgd"],
)
def test_a_check_costs_little_more_than_its_model_calls(
    name: str,
    under: Perturbation,
    rounds: int,
    digits: Digits,
    benchmark: BenchmarkFixture,
    hold: Callable[..., None],
) -> None:
    model = adapt(digits.model, allow_pickle=False)
    assert isinstance(model, Differentiable)
    subject, recorder = Subject(model, digits.x, digits.y), Recorder(model)

    def check() -> Verdict:
        return fresh(subject, batch=BATCH).accuracy(under=under) >= 0

    assert check()
    with recorder.listening():
        assert check()
    # Presence first: a replay of nothing takes no time.
    assert recorder.rows >= len(digits.x)
    with recorder.answering() as again:

        def without() -> Verdict:
            # Everything but the calls, which answer at once what they answered before.
            again()
            return check()

        ratios = race(benchmark, without, recorder.replay, rounds=rounds)
    whole = [_seconds(check) / _seconds(recorder.replay) for _ in range(rounds)]
    beside = "its model calls alone"
    hold(
        at_most(5, f"one check, {name}, all but its model calls", beside, [100 * ratio for ratio in ratios], " %"),
        # No bar: a difference of two times of one machine, each noisier than the difference.
        told(f"one check, {name}, with its model calls", beside, whole),
    )


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
