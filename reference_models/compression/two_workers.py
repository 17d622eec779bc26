"""Data-parallel training: processes of their own, each with a part of every batch, that share one set of weights."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.compression.networks import SMALL, digit_cnn
from reference_models.sources import PACKAGE
from reference_models.splits import Examples

__all__ = ["Plan", "Worker", "steps_alone", "train_on"]

_SECONDS = 240


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What all of the workers do alike.

    Args:
        steps: Batches.
        batch_size: Examples of a batch, over all workers; each takes an equal part, one after the other.
        learning_rate: Of gradient descent.
        momentum: Of the same, in [0, 1).
        seed: Of the first weights.
        try_fit: Afterwards try `model.fit` under the same strategy, and tell what comes of it.
    """

    steps: int
    batch_size: int
    learning_rate: float = 0.05
    momentum: float = 0.9
    seed: int = 0
    try_fit: bool = False


@dataclass(frozen=True, kw_only=True)
class Worker:
    """What came of a worker.

    Args:
        weights: The network's, at the end.
        losses: (steps,) mean loss over the whole of each batch.
        fit: What `model.fit` raised under the strategy; empty where it was not tried, or works.
    """

    weights: tuple[NDArray[np.float32], ...]
    losses: tuple[float, ...]
    fit: str = field(default="")


def train_on(workers: int, plan: Plan, train: Examples) -> tuple[Worker, ...]:
    """Return what came of each worker: processes on this machine that find each other at free ports of the loopback.

    For as long as they run, TensorFlow's servers listen at these ports on every address of the machine, whatever
    address they are told, and ask nobody who he is: in an open network this is for behind a firewall.

    Args:
        workers: How many.
        plan: What they do.
        train: Their examples, `steps * batch_size` of them at least.

    Raises:
        ValueError: A batch cannot be shared evenly, or there are too few examples.
        RuntimeError: A worker failed, or did not end; the message is the end of its output.
    """
    if plan.batch_size % workers:
        raise ValueError(f"batch_size={plan.batch_size} cannot be shared evenly by {workers} workers")
    if len(train) < plan.steps * plan.batch_size:
        raise ValueError(
            f"{len(train)} examples are too few for {plan.steps} batches of {plan.batch_size}: give more, or take fewer"
        )
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        np.savez(place / "data.npz", x=train.x, y=train.y)
        addresses = [f"127.0.0.1:{port}" for port in _free_ports(workers)]
        started = [_start(index, addresses, plan, place) for index in range(workers)]
        try:
            _wait(started, place)
        finally:
            for process in started:
                if process.poll() is None:
                    # One that waits for another that is gone would wait for ever.
                    process.kill()
                    process.wait()
        return tuple(_read(place / f"worker{index}.npz") for index in range(workers))


def steps_alone(plan: Plan, train: Examples) -> Worker:
    """Return what one process without any strategy makes of the same plan, each batch as a whole."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(plan.seed)
    model = digit_cnn(SMALL, name="alone")
    step = tf.function(_step(model, plan, [tf.Variable(tf.zeros_like(each)) for each in model.trainable_variables]))
    losses = [
        float(step(tf.constant(batch.x), tf.constant(batch.y))) for batch in _batches(plan, train, worker=0, of=1)
    ]
    return Worker(weights=tuple(model.get_weights()), losses=tuple(losses))


def _wait(started: Sequence[subprocess.Popen[bytes]], folder: Path) -> None:
    until = time.monotonic() + _SECONDS
    while any(process.poll() is None for process in started):
        if time.monotonic() > until or any(process.poll() for process in started):
            break
        time.sleep(0.05)
    for index, process in enumerate(started):
        if process.poll():
            said = (folder / f"worker{index}.log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"worker {index} ended with {process.returncode}:\n{said[-2000:]}")
    if any(process.poll() is None for process in started):
        raise RuntimeError(f"a worker did not end within {_SECONDS} seconds")


def _step(model: Any, plan: Plan, velocities: Sequence[Any]) -> Any:
    """Return one step of gradient descent with momentum on the loss of the whole batch.

    The gradients are added up over the replicas, of which each has seen its part, and every replica moves its
    copy of the weights by the same sum: so the copies stay the same.
    """
    import tensorflow as tf

    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            probabilities = model(x, training=True)
            chosen = tf.gather(probabilities, y, axis=1, batch_dims=1)
            # A sum over the part, divided by the whole: the mean of means only if all parts are of one size.
            loss = -tf.reduce_sum(tf.math.log(tf.maximum(chosen, 1e-12))) / plan.batch_size
        gradients = tape.gradient(loss, model.trainable_variables)
        replica = tf.distribute.get_replica_context()
        *gradients, loss = replica.all_reduce(tf.distribute.ReduceOp.SUM, [*gradients, loss])
        for variable, velocity, gradient in zip(model.trainable_variables, velocities, gradients, strict=True):
            velocity.assign(plan.momentum * velocity + gradient)
            # Keras' variables have TensorFlow's inside, which know of replicas.
            variable.value.assign_sub(plan.learning_rate * velocity)
        return loss

    return step


def _batches(plan: Plan, train: Examples, *, worker: int, of: int) -> list[Examples]:
    part = plan.batch_size // of
    starts = [step * plan.batch_size + worker * part for step in range(plan.steps)]
    return [train[start : start + part] for start in starts]


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody listens at: held all at once, so that no two are the same."""
    held = [socket.socket() for _ in range(count)]
    try:
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


def _start(index: int, addresses: list[str], plan: Plan, folder: Path) -> subprocess.Popen[bytes]:
    cluster = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
    environment = {
        **os.environ,
        "TF_CONFIG": json.dumps(cluster),
        "CUDA_VISIBLE_DEVICES": "-1",
        "PYTHONPATH": os.pathsep.join([str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    command = [sys.executable, "-m", __name__, json.dumps(asdict(plan)), str(folder), str(index)]
    with (folder / f"worker{index}.log").open("wb") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)


def _read(path: Path) -> Worker:
    with np.load(path) as held:
        weights = tuple(held[name] for name in sorted(name for name in held if name.startswith("weights")))
        return Worker(weights=weights, losses=tuple(held["losses"].tolist()), fit=str(held["fit"]))


def _work(plan: Plan, folder: Path, index: int) -> None:
    """Be one of the workers; where the others are stands in TF_CONFIG."""
    from reference_models.determinism import pin

    pin()
    import keras
    import tensorflow as tf

    # Before anything else of TensorFlow: it starts the server that the others look for.
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    with np.load(folder / "data.npz") as held:
        train = Examples(x=held["x"], y=held["y"])
    with strategy.scope():
        keras.utils.set_random_seed(plan.seed)
        model = digit_cnn(SMALL, name="replica")
        velocities = [tf.Variable(tf.zeros_like(each)) for each in model.trainable_variables]
    step = _step(model, plan, velocities)

    everywhere = tf.function(lambda x, y: strategy.run(step, args=(x, y)))
    of = strategy.num_replicas_in_sync
    losses = [
        float(strategy.experimental_local_results(everywhere(tf.constant(batch.x), tf.constant(batch.y)))[0])
        for batch in _batches(plan, train, worker=index, of=of)
    ]
    arrays = {f"weights{place:03}": each for place, each in enumerate(model.get_weights())}
    fit = _fit_says(strategy, train[: plan.batch_size]) if plan.try_fit else ""
    np.savez(folder / f"worker{index}.npz", losses=losses, fit=fit, **arrays)


def _fit_says(strategy: Any, train: Examples) -> str:
    """Return what `fit` raises under the strategy, nothing where it does its work."""
    import keras

    with strategy.scope():
        model = digit_cnn(SMALL, name="fitted")
        model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
    try:
        model.fit(train.x, train.y, batch_size=len(train), epochs=1, verbose=0)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"
    finally:
        keras.backend.clear_session()
    return ""


if __name__ == "__main__":
    _work(Plan(**json.loads(sys.argv[1])), Path(sys.argv[2]), int(sys.argv[3]))
