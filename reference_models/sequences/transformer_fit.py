"""Teaches a network the next character of a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reference_models.sequences.pieces import UNKNOWN, core_of, known_to
from reference_models.splits import Examples
from reference_models.task import Epoch, Model

__all__ = ["NextPiece"]

_EPOCH = 100
_QUICK_STEPS = 4


@dataclass(frozen=True, kw_only=True)
class NextPiece:
    """AdamW on the cross-entropy of the next character, at places drawn from the whole text.

    The rate rises over the first tenth of the steps, and falls to zero over the others.

    Args:
        steps: How often the weights change.
        batch_size: Excerpts a step.
        context: Characters of an excerpt.
        learning_rate: The highest.
        unknown: Share of the characters read that are made unknown, so that the network can go on after one.
    """

    steps: int
    batch_size: int
    context: int
    learning_rate: float
    unknown: float

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit it to the text that the examples are, one after the other."""
        import keras

        steps = _QUICK_STEPS if quick else self.steps
        text = known_to(model).numbers(["".join(train.x.tolist())])[0]
        learner = keras.Sequential([keras.Input((None,), dtype="int32"), core_of(model)])
        warm = max(1, steps // 10)
        schedule = keras.optimizers.schedules.CosineDecay(
            0.0, steps - warm, warmup_target=self.learning_rate, warmup_steps=warm
        )
        learner.compile(
            optimizer=keras.optimizers.AdamW(schedule, weight_decay=0.01, global_clipnorm=1.0),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )
        draw = np.random.default_rng(np.random.randint(2**31))  # noqa: NPY002 - this generator has the global seed
        losses: list[float] = []
        for step in range(1, steps + 1):
            starts = draw.integers(len(text) - self.context, size=self.batch_size)
            excerpts = text[starts[:, None] + np.arange(self.context + 1)]
            read = np.where(draw.random(excerpts.shape) < self.unknown, UNKNOWN, excerpts)[:, :-1]
            losses.append(float(learner.train_on_batch(read.astype(np.int32), excerpts[:, 1:])))
            if step % _EPOCH == 0 or step == steps:
                figures = {"loss": float(np.mean(losses[-_EPOCH:]))}
                on_epoch(Epoch(number=-(-step // _EPOCH), of=-(-steps // _EPOCH), figures=figures))
        return model
