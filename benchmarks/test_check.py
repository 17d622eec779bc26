"""What a check costs beyond what it asks of the model."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.bare import Bare
from benchmarks.cnn import Digits
from benchmarks.race import race
from benchmarks.recorder import Recorder
from benchmarks.row import at_most
from pytest_robust.adapters import adapt
from pytest_robust.attacks import FGSM, PGD
from pytest_robust.core.perturbation import Clean, Perturbation
from pytest_robust.core.policy import Policy
from pytest_robust.gates.subject import Subject


@pytest.mark.parametrize(
    ("name", "under", "rounds"),
    [("clean", Clean(), 31), ("FGSM 0.1", FGSM(eps=0.1), 31), ("PGD-40 0.1", PGD(eps=0.1), 9)],
    ids=["clean", "fgsm", "pgd"],
)
def test_a_check_costs_little_more_than_its_model_calls(
    name: str,
    under: Perturbation,
    rounds: int,
    digits: Digits,
    bare: Bare,
    benchmark: BenchmarkFixture,
    hold: Callable[..., None],
) -> None:
    model, policy = adapt(digits.model, allow_pickle=False), Policy(exact=True)
    recorder = Recorder(model)
    assert Subject(recorder, digits.x, digits.y).with_policy(policy).accuracy(under=under) >= 0

    # The data are looked at once a session, not once a check; each round measures anew.
    subject = Subject(model, digits.x, digits.y)

    def check() -> bool:
        return bool(
            Subject.with_policy(subject, Policy(exact=True, error=0.001 + 1e-9 * next(turn))).accuracy(under=under)
            >= 0.5
        )

    turn = iter(range(1000))
    ratios = race(benchmark, check, recorder.replay(bare), rounds=rounds)
    hold(at_most(5, f"one check, {name}", "its model calls alone", [100 * (ratio - 1) for ratio in ratios], " %"))
