"""The ways to train one network, each different from the plain one in what it is named after."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reference_models.speed.recompute import recomputed
from reference_models.speed.records import Feed, cached, read_each_time, write
from reference_models.splits import Examples
from reference_models.task import Epoch, Model

__all__ = ["SAME_TO_THE_BIT", "SHIPPED", "WAYS", "Way", "network"]

# The least that still runs every line.
_QUICK_EXAMPLES = 256


def network(name: str, *, dtype: str = "float32") -> Model:
    """Return a small convolutional classifier of digits.

    (n, 28, 28, 1) in [0, 1] to (n, 10) probabilities, which are float32 whatever the rest is: the loss takes
    their logarithm, and bfloat16 has three digits.

    Args:
        name: What it is called.
        dtype: A policy of Keras for all layers but the last, such as "mixed_bfloat16".
    """
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu", dtype=dtype),
            layers.MaxPooling2D(dtype=dtype),
            layers.Conv2D(32, 3, padding="same", activation="relu", dtype=dtype),
            layers.MaxPooling2D(dtype=dtype),
            layers.Conv2D(32, 3, activation="relu", dtype=dtype),
            layers.MaxPooling2D(dtype=dtype),
            layers.Flatten(dtype=dtype),
            layers.Dense(10, activation="softmax", dtype="float32"),
        ],
        name=name,
    )


def as_it_is(model: Model) -> Model:
    """Return the model."""
    return model


def in_bfloat16(model: Model) -> Model:
    """Return a network that multiplies in bfloat16, with the same weights, which stay float32."""
    mixed = network(f"{model.name}_mixed", dtype="mixed_bfloat16")
    mixed.set_weights(model.get_weights())
    return mixed


def keeping_little(model: Model) -> Model:
    """Return the network with one activation in two computed again."""
    return recomputed(model, every=2)


@dataclass(frozen=True)
class Constant:
    """One learning rate all the way."""

    rate: float

    def __call__(self, steps: int) -> Any:  # noqa: ARG002 - other rates depend on it
        """Return what the optimizer takes.

        Args:
            steps: How many the whole training has.
        """
        return self.rate


@dataclass(frozen=True, kw_only=True)
class Cosine:
    """A learning rate that rises in a straight line at first, and falls to zero as a cosine.

    Args:
        rate: The highest.
        rising: Share of the steps in which it rises.

    References:
        Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, arXiv:1608.03983.
        Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", arXiv:1706.02677.
    """

    rate: float
    rising: float = 0.0

    def __call__(self, steps: int) -> Any:
        """Return what the optimizer takes.

        Args:
            steps: How many the whole training has.
        """
        import keras

        up = round(steps * self.rising)
        if not up:
            return keras.optimizers.schedules.CosineDecay(self.rate, steps)
        return keras.optimizers.schedules.CosineDecay(0.0, steps - up, warmup_target=self.rate, warmup_steps=up)


def by_epoch(epoch: int, rate: float) -> float:
    """Return the learning rate of an epoch: full from the second on, halved in each from the fourth on.

    A float: Keras refuses what TensorFlow computes, and for that only in the epoch in which it is computed.
    """
    return rate * 0.5 if epoch >= 3 else (1e-3, 3e-3, 3e-3)[epoch]


def scheduled() -> list[Any]:
    """Return the callback that sets the rate of each epoch."""
    import keras

    return [keras.callbacks.LearningRateScheduler(by_epoch)]


def on_a_plateau() -> list[Any]:
    """Return the callback that lowers the rate when the loss no longer falls by a tenth."""
    import keras

    return [keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.3, patience=1, min_delta=0.02)]


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a training differs from the plain one; also the `fit` of its member.

    Args:
        words: What it is called in the table.
        feed: How images reach it.
        epochs: Passes over the training data.
        batch_size: Examples a step.
        rate: Returns the learning rate, of the number of steps.
        callbacks: Returns callbacks that change it on the way.
        accumulate: Over how many batches gradients are gathered before weights change.
        learner: Returns the model that is trained, of the one that is kept.
        steps_per_execution: Steps between two returns to Python.
        jit: Whether XLA compiles the step.
    """

    words: str
    feed: Feed = read_each_time
    epochs: int = 6
    batch_size: int = 32
    rate: Callable[[int], Any] = field(default=Constant(1e-3))
    callbacks: Callable[[], list[Any]] = list
    accumulate: int = 1
    learner: Callable[[Model], Model] = as_it_is
    steps_per_execution: int = 1
    jit: bool = False

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit a network that returns class probabilities."""
        train = train[:_QUICK_EXAMPLES] if quick else train
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "digits.tfrecord"
            write(train, path)
            return self.fit(model, path, len(train), epochs=1 if quick else self.epochs, on_epoch=on_epoch)

    def fit(self, model: Model, records: Path, count: int, *, epochs: int, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit a network on a file of records: what is timed.

        Args:
            model: It, not compiled.
            records: The file.
            count: How many it holds.
            epochs: Passes over them.
            on_epoch: To be told after each.

        Raises:
            ValueError: Batches are left over when gradients are gathered.
        """
        import keras

        steps = -(-count // self.batch_size)
        if epochs * steps % self.accumulate:
            raise ValueError(
                f"{epochs} epochs of {steps} batches leave {epochs * steps % self.accumulate} of {self.accumulate} "
                "gathered, and their gradients would be lost; choose a batch size that divides the examples"
            )
        learner = self.learner(model)
        # The optimizer belongs to this outer model, so the inner one is saved without its slots.
        around = keras.Sequential([keras.Input(model.input_shape[1:]), learner])
        around.compile(
            optimizer=keras.optimizers.Adam(
                self.rate(epochs * steps // self.accumulate),
                gradient_accumulation_steps=self.accumulate if self.accumulate > 1 else None,
            ),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
            steps_per_execution=self.steps_per_execution,
            jit_compile=self.jit,
        )
        tell = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: on_epoch(Epoch(number=epoch + 1, of=epochs, figures=dict(logs)))
        )
        # One call for all epochs: a callback begins anew with each, and a plateau is never reached.
        around.fit(
            self.feed(records, count, batch_size=self.batch_size),
            epochs=epochs,
            verbose=0,
            shuffle=False,  # The feed does.
            callbacks=[*self.callbacks(), tell],
        )
        if learner is not model:
            model.set_weights(learner.get_weights())
        return model


WAYS: Mapping[str, Way] = {
    "plain": Way(words="plain: batches of 32, Adam 0.001"),
    "pipeline": Way(words="tf.data: cache, parallel map, prefetch", feed=cached),
    "steps_per_execution": Way(words="25 steps per execution", steps_per_execution=25),
    "jit": Way(words="jit_compile (XLA)", jit=True),
    "recomputed": Way(words="gradient checkpointing", learner=keeping_little),
    "accumulated": Way(words="gradients of 4 batches of 8", batch_size=8, accumulate=4),
    "bfloat16": Way(words="mixed bfloat16", learner=in_bfloat16),
    "large_batch": Way(
        words="batches of 128, rate scaled and warmed up", batch_size=128, rate=Cosine(rate=6e-3, rising=0.15)
    ),
    "unscaled": Way(words="batches of 128, rate left as it was", batch_size=128),
    "cosine": Way(words="cosine, 4 epochs for 6", epochs=4, rate=Cosine(rate=3e-3)),
    "warm_up": Way(words="warm-up and decay by epoch, 5 for 6", epochs=5, callbacks=scheduled),
    "plateau": Way(words="lower rate on a plateau", rate=Constant(3e-3), callbacks=on_a_plateau),
    "together": Way(
        words="cache, 25 steps, batches of 64, cosine",
        feed=cached,
        epochs=4,
        batch_size=64,
        rate=Cosine(rate=5e-3, rising=0.1),
        steps_per_execution=25,
    ),
}

SAME_TO_THE_BIT = ("pipeline", "steps_per_execution", "recomputed")
"""Ways that give the plain one's weights, so that its file is theirs as well."""

SHIPPED = tuple(name for name in WAYS if name not in {*SAME_TO_THE_BIT, "jit"})
"""Ways that have a model of their own. XLA cannot repeat to the bit, so what it trains cannot ship."""
