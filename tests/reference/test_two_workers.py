"""Data-parallel training: two processes make what one makes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from reference_models.compression import two_workers
from reference_models.compression.two_workers import Plan, Worker, steps_alone, train_on
from reference_models.data import mnist
from reference_models.splits import Examples

pytest.importorskip("tensorflow")

PLAN = Plan(steps=6, batch_size=32, try_fit=True)


@pytest.fixture(scope="module")
def examples() -> Examples:
    return mnist.load().train[:192]


@pytest.fixture(scope="module")
def both(examples: Examples) -> tuple[Worker, ...]:
    return train_on(2, PLAN, examples)


def test_both_workers_end_with_the_same_weights(both: tuple[Worker, ...]) -> None:
    one, other = both
    assert all(np.array_equal(a, b) for a, b in zip(one.weights, other.weights, strict=True))
    assert one.losses == other.losses


def test_two_halves_of_each_batch_teach_what_the_whole_does(both: tuple[Worker, ...], examples: Examples) -> None:
    alone = steps_alone(PLAN, examples)
    assert both[0].losses == pytest.approx(alone.losses, rel=1e-4)
    # Sums in another order, six steps long; and it did learn.
    for ours, whole in zip(both[0].weights, alone.weights, strict=True):
        np.testing.assert_allclose(ours, whole, atol=1e-5)
    assert alone.losses[-1] < alone.losses[0]
    first = steps_alone(Plan(steps=1, batch_size=32), examples)
    assert max(np.abs(a - b).max() for a, b in zip(first.weights, alone.weights, strict=True)) > 1e-3


def test_gradients_that_are_not_shared_part_the_workers(examples: Examples) -> None:
    # What each worker would have made of its own halves.
    halves = [
        Examples(
            x=np.concatenate([examples.x[start : start + 16] for start in range(place * 16, 192, 32)]),
            y=np.concatenate([examples.y[start : start + 16] for start in range(place * 16, 192, 32)]),
        )
        for place in (0, 1)
    ]
    one, other = (steps_alone(Plan(steps=6, batch_size=16), half) for half in halves)
    assert max(np.abs(a - b).max() for a, b in zip(one.weights, other.weights, strict=True)) > 1e-3


def test_fit_does_not_work_under_the_strategy(both: tuple[Worker, ...]) -> None:
    said = {worker.fit for worker in both}
    if said == {""}:
        pytest.skip("Keras' fit works under MultiWorkerMirroredStrategy now: the loop of our own may go")
    # A value of a replica where a tensor was wanted: keras issue 20585.
    assert all(re.match(r"\w*(Error|Exception): ", each) for each in said)


def test_what_cannot_be_shared_is_refused_in_words(examples: Examples) -> None:
    with pytest.raises(ValueError, match="batch_size=33 cannot be shared evenly by 2 workers"):
        train_on(2, Plan(steps=1, batch_size=33), examples)
    with pytest.raises(ValueError, match="192 examples are too few for 7 batches of 32: give more, or take fewer"):
        train_on(2, Plan(steps=7, batch_size=32), examples)


def test_a_worker_that_fails_is_told_of_and_leaves_no_other_behind(examples: Examples, monkeypatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def start(index: int, addresses: list[str], plan: Plan, folder: Path) -> subprocess.Popen[bytes]:
        # The second fails; the first would wait for it for ever.
        code = "import sys; print('out of luck'); sys.exit(3)" if index else "import time; time.sleep(600)"
        with (folder / f"worker{index}.log").open("wb") as log:
            started.append(subprocess.Popen([sys.executable, "-S", "-c", code], stdout=log))
        return started[-1]

    monkeypatch.setattr(two_workers, "_start", start)
    with pytest.raises(RuntimeError, match=r"worker 1 ended with 3:\nout of luck"):
        train_on(2, PLAN, examples)
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)


def test_ports_are_free_and_of_the_loopback() -> None:
    ports = two_workers._free_ports(3)
    assert len(set(ports)) == 3
    assert all(1024 <= port < 65536 for port in ports)
