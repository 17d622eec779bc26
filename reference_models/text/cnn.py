"""Convolutions over words: from a string to the probabilities of two classes, all of it one model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.data.sentiment import DOMAINS, domain_of
from reference_models.data.word_vectors import word_vectors
from reference_models.splits import Examples
from reference_models.supervised import Supervised
from reference_models.task import Epoch, Family, Model

__all__ = ["Convolutions", "answers", "drawn", "family", "given", "joined", "reading", "without"]

# Words that are told apart where vectors are drawn at random: the most frequent of the training data.
_DRAWN_WORDS, _DRAWN_WIDTH = 2_000, 32
# Words of a text that are learned from; any number is read.
_LONGEST = 256
_AT_ONCE = 256


def reading(width: int) -> Model:
    """Return the convolutions: (n, steps, width) vectors and their (n, steps) mask to probabilities.

    What is padding is set to zero before and after them, and they return nothing below zero: so a text
    is answered alike however far it is padded.
    """
    import keras

    layers, ops = keras.layers, keras.ops
    vectors, mask = keras.Input((None, width), name="vectors"), keras.Input((None,), name="mask")
    seen = ops.expand_dims(mask, -1)
    x = layers.SpatialDropout1D(0.2)(vectors * seen)
    found = [layers.Conv1D(64, size, padding="same", activation="relu")(x) for size in (1, 2, 3)]
    x = layers.GlobalMaxPooling1D()(layers.Concatenate()(found) * seen)
    classes = layers.Dense(2, activation="softmax")(layers.Dropout(0.5)(x))
    return keras.Model([vectors, mask], classes, name="reading")


def drawn() -> Model:
    """Return a model whose words are those of its training data, and their vectors drawn at random."""
    import keras

    words = keras.layers.TextVectorization(max_tokens=_DRAWN_WORDS, name="words")
    embedding = keras.layers.Embedding(_DRAWN_WORDS, _DRAWN_WIDTH, name="vectors")
    return _of_texts(words, embedding, reading(_DRAWN_WIDTH), name="random")


def given(*, stored: str = "float16") -> Model:
    """Return a model with MiniLM's vectors of words.

    Args:
        stored: The type of the vectors; float16 takes half the room and is for keeping, and they learn in float32.
    """
    import keras

    known, vectors = word_vectors()
    # 0 is padding, 1 is every word that has no vector.
    table = np.concatenate([np.zeros((2, vectors.shape[1])), vectors])
    words = keras.layers.TextVectorization(vocabulary=list(known), name="words")
    embedding = keras.layers.Embedding(*table.shape, weights=[table.astype(stored)], dtype=stored, name="vectors")
    return _of_texts(words, embedding, reading(table.shape[1]), name="minilm")


def joined(model: Model, convolutions: Model) -> Model:
    """Return a model with the words and vectors of one and other convolutions."""
    words, embedding, _ = _parts(model)
    return _of_texts(words, embedding, convolutions, name=convolutions.name)


def family() -> Family:
    """Return both, and for each domain the convolutions of one that is to know nothing of it.

    These stand behind MiniLM's vectors as they are, `joined(given(), ...)`, so that these need not be kept again.
    """
    width = word_vectors()[1].shape[1]
    return {"random": drawn(), "minilm": given(), **{without(domain): reading(width) for domain in DOMAINS}}


def without(domain: str) -> str:
    """Return what the member is called that has learned from the other domains."""
    return f"without_{domain}"


@dataclass(frozen=True, kw_only=True)
class Convolutions:
    """Fits a family of them.

    Args:
        drawn: How the one is fitted whose vectors are drawn at random.
        given: How the one is fitted whose vectors are MiniLM's to begin with.
        frozen: How those are fitted whose vectors stay MiniLM's.
    """

    drawn: Supervised
    given: Supervised
    frozen: Supervised

    def __call__(self, model: Family, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Family:
        """Fit each; those without a domain on the sentences of the others."""
        domains = domain_of(train.x)
        model["random"].get_layer("words").adapt(train.x.astype(object))
        self._fit(model["random"], self.drawn, train, quick=quick, on_epoch=on_epoch)

        learner = given(stored="float32")
        self._fit(learner, self.given, train, quick=quick, on_epoch=on_epoch)
        model["minilm"].set_weights(learner.get_weights())

        words, frozen, _ = _parts(given(stored="float32"))
        frozen.trainable = False
        for domain in DOMAINS:
            rows = domains != domain
            rest = Examples(x=train.x[rows], y=train.y[rows])
            whole = _of_texts(words, frozen, model[without(domain)], name=without(domain))
            self._fit(whole, self.frozen, rest, quick=quick, on_epoch=on_epoch)
        return model

    def _fit(
        self, model: Model, how: Supervised, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]
    ) -> None:
        import keras

        words, embedding, convolutions = _parts(model)
        # Words are looked up once, and not in every pass.
        numbers = np.asarray(words(keras.ops.convert_to_tensor(train.x)))[:, :_LONGEST]
        learner = _of_numbers(embedding, convolutions)
        how(learner, Examples(x=numbers, y=train.y), quick=quick, on_epoch=on_epoch)


def answers(model: Model, texts: NDArray[np.str_]) -> NDArray[np.float32]:
    """Return (n, 2) what a model of strings says."""
    import keras

    parts = (texts[start : start + _AT_ONCE] for start in range(0, len(texts), _AT_ONCE))
    return np.concatenate([np.asarray(model(keras.ops.convert_to_tensor(part), training=False)) for part in parts])


def _of_texts(words: Any, embedding: Any, convolutions: Model, *, name: str) -> Model:
    import keras

    text = keras.Input((), dtype="string", name="text")
    return keras.Model(text, _of_numbers(embedding, convolutions)(words(text)), name=name)


def _of_numbers(embedding: Any, convolutions: Model) -> Model:
    import keras

    ops = keras.ops
    numbers = keras.Input((None,), dtype="int32", name="numbers")
    # A step at least, of padding: a text may have no word.
    longer = ops.pad(numbers, ((0, 0), (0, 1)))
    mask = ops.cast(ops.not_equal(longer, 0), "float32")
    return keras.Model(numbers, convolutions([embedding(longer), mask]), name="of_numbers")


def _parts(model: Model) -> tuple[Any, Any, Model]:
    """Return the words, the vectors and the convolutions of a model of strings."""
    behind = model.get_layer("of_numbers")
    return model.get_layer("words"), behind.get_layer("vectors"), behind.layers[-1]
