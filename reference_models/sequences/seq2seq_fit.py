"""Teaches an encoder and a decoder by pairs of sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference_models.sequences.pieces import PAD, UNKNOWN, core_of, known_to, pieces
from reference_models.splits import Examples
from reference_models.task import Epoch, Family, Model

__all__ = ["TeacherForcing", "shifted"]

_QUICK_PAIRS = 128


def shifted(numbers: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return what the decoder is given and what it has to say: (n, t) both, the second a step ahead.

    Whoever gives it the sentence unshifted gives it the answer.

    Args:
        numbers: (n, t + 1) sentences with begin and end.

    Examples:
        >>> previous, wanted = shifted(np.array([[2, 7, 8, 3]]))
        >>> previous.tolist(), wanted.tolist()
        ([[2, 7, 8]], [[7, 8, 3]])
    """
    return numbers[:, :-1], numbers[:, 1:]


@dataclass(frozen=True, kw_only=True)
class TeacherForcing:
    """Adam on the cross-entropy of the next piece, the previous ones being the right ones.

    Args:
        epochs: Passes over the training data.
        batch_size: Sentences a step.
        learning_rate: At the start; it falls to zero.
        unknown: Share of the source's pieces that are made unknown, others in each epoch, so that the network has
            met a word that it does not know before it is asked about one.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    unknown: float

    def __call__(self, model: Family, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Family:
        """Fit the encoder and the decoder together."""
        import keras

        epochs = 1 if quick else self.epochs
        train = train[:_QUICK_PAIRS] if quick else train
        encoder, decoder = core_of(model["encoder"]), core_of(model["decoder"])
        source = known_to(model["encoder"]).numbers(pieces(text.lower()) for text in train.x)
        sentences = known_to(model["decoder"]).numbers((pieces(text) for text in train.y), begin=True, end=True)
        previous, wanted = shifted(sentences)

        learner = _learner(encoder, decoder)
        steps = epochs * -(-len(train) // self.batch_size)
        learner.compile(
            optimizer=keras.optimizers.Adam(
                keras.optimizers.schedules.CosineDecay(self.learning_rate, steps), global_clipnorm=1.0
            ),
            # What fills a sentence up is not to be said, and counts for nothing.
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PAD),
        )
        draw = np.random.default_rng(np.random.randint(2**31))  # noqa: NPY002 - this generator has the global seed
        for number in range(1, epochs + 1):
            hidden = (draw.random(source.shape) < self.unknown) & (source != PAD)
            read = np.where(hidden, UNKNOWN, source).astype(np.int32)
            history = learner.fit([read, previous], wanted, batch_size=self.batch_size, verbose=0)
            on_epoch(Epoch(number=number, of=epochs, figures={"loss": history.history["loss"][0]}))
        return model


def _learner(encoder: Model, decoder: Model) -> Model:
    """Return the two as one model of (source, previous) to logits."""
    import keras

    source, previous = (keras.Input((None,), dtype="int32") for _ in range(2))
    memory, state, cell = encoder(source)
    logits, *_ = decoder([previous, memory, source, state, cell])
    return keras.Model([source, previous], logits)
