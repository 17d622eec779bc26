"""Further models to attack: one that was trained to resist, one of three classes, one of colour images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.cnn import Digits, kept, layered, trained
from pytest_robust.core.arrays import Floats, Integers
from reference_models.data import mnist

__all__ = ["Further", "further"]

_HERE = Path(__file__)


@dataclass(frozen=True, kw_only=True)
class Further:
    """A model that is made when it is first asked for.

    Args:
        name: As the table shows it.
        eps: A budget in LInf that leaves some of its answers right, and not all.
        made: Returns it.
    """

    name: str
    eps: float
    made: Callable[[], Digits]


def further() -> tuple[Further, ...]:
    """Return the models."""
    return (
        Further(name="adversarially trained", eps=0.15, made=_resistant),
        Further(name="three classes", eps=0.15, made=_three),
        Further(name="colour", eps=0.1, made=_colour),
    )


@cache
def _resistant() -> Digits:
    splits = mnist.read(mnist.EMBEDDED, source="mnist_5000")

    def made() -> Any:
        return _hardened(layered((28, 28, 1), 10), splits.train.x, splits.train.y, eps=0.15, epochs=12)

    model = kept("resistant", _HERE, made)
    return Digits(model=model, x=np.array(splits.test.x), y=np.array(splits.test.y))


@cache
def _three() -> Digits:
    # Three that are easily taken for each other, or no attack would have an easy time.
    splits, chosen = mnist.read(mnist.EMBEDDED, source="mnist_5000"), np.array([3, 5, 8])

    def only(x: Floats, y: Integers) -> tuple[Floats, Integers]:
        rows = np.isin(y, chosen)
        return np.array(x[rows]), np.searchsorted(chosen, y[rows])

    model = kept("three", _HERE, lambda: trained(layered((28, 28, 1), 3), *only(splits.train.x, splits.train.y)))
    x, y = only(splits.test.x, splits.test.y)
    return Digits(model=model, x=x, y=y)


@cache
def _colour() -> Digits:
    splits = mnist.read(mnist.EMBEDDED, source="mnist_5000")

    def made() -> Any:
        return trained(layered((32, 32, 3), 10), _painted(splits.train.x, seed=0), splits.train.y)

    return Digits(model=kept("colour", _HERE, made), x=_painted(splits.test.x, seed=1), y=np.array(splits.test.y))


def _painted(x: Floats, *, seed: int) -> Floats:
    """Return (n, 32, 32, 3) the digits in one random colour on another."""
    rng = np.random.default_rng(seed)
    ink = np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)))
    # Dark on light or light on dark, so that there is something to see.
    paper, pen = rng.uniform(0, 0.4, (len(x), 1, 1, 3)), rng.uniform(0.6, 1, (len(x), 1, 1, 3))
    turned = rng.random((len(x), 1, 1, 1)) < 0.5
    painted = paper + ink * (pen - paper)
    return np.where(turned, 1 - painted, painted).astype(np.float32)


def _hardened(model: Any, x: Floats, y: Integers, *, eps: float, epochs: int) -> Any:
    """Return the model trained on what one step from a random start makes of the images.

    References:
        Wong, Rice and Kolter, "Fast is better than free: Revisiting adversarial training",
        ICLR 2020, arXiv:2001.03994.
    """
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam()

    @tf.function(autograph=False)
    def step(images: Any, labels: Any) -> None:
        point = tf.clip_by_value(images + tf.random.uniform(tf.shape(images), -eps, eps), 0.0, 1.0)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(point)
            rising = loss(labels, model(point, training=True))
        moved = point + 1.25 * eps * tf.sign(tape.gradient(rising, point))
        point = tf.clip_by_value(tf.clip_by_value(moved, images - eps, images + eps), 0.0, 1.0)
        with tf.GradientTape() as tape:
            falling = loss(labels, model(point, training=True))
        optimizer.apply_gradients(
            zip(tape.gradient(falling, model.trainable_variables), model.trainable_variables, strict=True)
        )

    optimizer.build(model.trainable_variables)
    rng = np.random.default_rng(0)
    for _ in range(epochs):
        order = rng.permutation(len(x))
        # Whole batches only: another size would be traced once more.
        for start in range(0, len(x) - 63, 64):
            rows = order[start : start + 64]
            step(tf.constant(x[rows]), tf.constant(y[rows]))
    return model
