"""How the upper layers of a BERT are tuned on the outputs of those below, computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference_models.task import Epoch, Model
from reference_models.text.encoder import Encoder
from reference_models.text.lengths import by_length, padded
from reference_models.text.top import fill, top

__all__ = ["Tuning", "pooled", "probabilities"]

# Texts in one call, where nothing is learned.
_AT_ONCE = 64
# Share of the steps over which the rate rises: Adam's first steps have little to go by.
_WARM_UP = 0.1
# Of the weights, a step, times the rate.
_DECAY = 0.01


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """AdamW on the cross-entropy, with a rate that rises for a tenth of the steps and falls to zero.

    Args:
        first: Layers below that stay as they are.
        rank: Of the products that learn beside the dense layers (LoRA); 0 to tune all weights of
            the upper layers.
        epochs: Passes over the training data.
        batch_size: Texts a step, of about the same length.
        learning_rate: The highest.
        dropout: Share that is dropped while it learns.
    """

    first: int
    rank: int
    epochs: int
    batch_size: int
    learning_rate: float
    dropout: float

    def __call__(
        self,
        encoder: Encoder,
        states: Sequence[NDArray[np.float32]],
        labels: NDArray[np.int64],
        *,
        head: Model,
        quick: bool,
        on_epoch: Callable[[Epoch], None],
    ) -> Model:
        """Return the upper layers, tuned.

        Args:
            encoder: Where they begin from.
            states: (tokens, width) outputs of layer `first` for each text.
            labels: (n,) classes.
            head: A layer of classes, fitted on what the frozen network says: a head drawn at random
                would spoil the layers below it before it knows anything.
            quick: One pass.
            on_epoch: To be told after each pass.
        """
        import keras

        model = fill(
            top(encoder.shape, first=self.first, rank=self.rank, dropout=self.dropout),
            encoder.backbone,
            first=self.first,
        )
        model.get_layer("classes").set_weights(head.get_weights())
        epochs = 1 if quick else self.epochs
        steps = epochs * -(-len(states) // self.batch_size)
        warm = max(round(_WARM_UP * steps), 1)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0, max(steps - warm, 1), warmup_target=self.learning_rate, warmup_steps=warm
        )
        # Compiled here and not kept, so that no optimizer is saved with what ships.
        model.compile(
            optimizer=keras.optimizers.AdamW(rate, weight_decay=_DECAY), loss="sparse_categorical_crossentropy"
        )
        random = np.random.default_rng(np.random.randint(2**31))  # noqa: NPY002 - this generator has the global seed
        lengths = [len(each) for each in states]
        for epoch in range(1, epochs + 1):
            losses = []
            for rows in by_length(lengths, size=self.batch_size, random=random):
                batch = list(padded([states[row] for row in rows]))
                losses.append(float(model.train_on_batch(batch, labels[rows])))
                model.reset_metrics()
            on_epoch(Epoch(number=epoch, of=epochs, figures={"loss": float(np.mean(losses))}))
        return model


def probabilities(model: Model, states: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return (n, ...) what a model of states and their mask says of each text."""
    said: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(states)
    for rows in by_length([len(each) for each in states], size=_AT_ONCE):
        answers = np.asarray(model.predict_on_batch(list(padded([states[row] for row in rows]))))
        for row, answer in zip(rows, answers, strict=True):
            said[row] = answer
    return np.stack(said)


def pooled(model: Model) -> Model:
    """Return the upper layers up to the means over the words."""
    import keras

    return keras.Model(model.inputs, model.get_layer("pooled").output)
