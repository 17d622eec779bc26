"""Keras models of texts, asked about the vectors that their words are to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.adapters._labels import as_labels
from pytest_robust.core.bounds import UNBOUNDED
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidData, InvalidModel

__all__ = ["EMBEDDINGS", "EmbeddingSpace", "embedding_space"]

EMBEDDINGS = "embeddings"
"""What the new input is called."""


@dataclass(frozen=True, kw_only=True)
class EmbeddingSpace:
    """A model of texts, cut open behind its embedding layer: `embedding_space` makes it.

    Args:
        model: A `keras.Model` with the outputs of the one that was cut, and beside its inputs one more:
            `embeddings`, (n, steps, size) numbers in place of what the layer makes of the tokens.
        layer: What the embedding layer is called.
        embed: A `keras.Model` of the same inputs without `embeddings`, which returns these.
    """

    model: Any
    layer: str
    embed: Any

    def data(self, x: Any, y: Any = None) -> Dataset:  # noqa: ANN401 - what the model took
        """Return examples with their embeddings, for an attack to change without bounds.

        Args:
            x: What the model took before it was cut: an array, a list of strings, or a dict by input.
            y: (n,) labels; None where no check needs them.

        Raises:
            InvalidData: The inputs are not those of the model.
        """
        import keras

        wanted = self.embed.input
        given = {name: _shaped(entry, wanted[name]) for name, entry in self._by_name(x).items()}
        tensors = {name: keras.ops.convert_to_tensor(entry, dtype=wanted[name].dtype) for name, entry in given.items()}
        try:
            vectors = self.embed(tensors, training=False)
        except (ValueError, TypeError) as error:
            shapes = {name: entry.shape for name, entry in given.items()}
            raise InvalidData(f"the model does not take inputs of shape {shapes}: {error}") from error
        embeddings = keras.ops.convert_to_numpy(vectors).astype(np.float32)
        return Dataset(x={**given, EMBEDDINGS: embeddings}, y=as_labels(y), bounds={EMBEDDINGS: UNBOUNDED})

    def _by_name(self, x: Any) -> Mapping[str, Any]:  # noqa: ANN401 - what the model took
        names = sorted(self.embed.input)
        if not isinstance(x, Mapping):
            if len(names) > 1:
                raise InvalidData(
                    f"the model's inputs are {names}, the data are one array: give a dict with these names"
                )
            return {names[0]: x}
        if set(x) != set(names):
            raise InvalidData(f"the model's inputs are {names}, the data have {sorted(x)}: use the model's names")
        return x


def embedding_space(model: Any, *, layer: str | None = None, padding: int | None = 0) -> EmbeddingSpace:  # noqa: ANN401 - a keras.Model
    """Return a model of texts as one of embeddings, which have gradients where words have none.

    `FGSM`, `PGD` and the others then look for vectors near those of the words. In `L2` the size of a
    change is its length over all words of a text together, in `LInf` the largest change of any
    number. No word need have such a vector: the check says how steeply answers change around a
    text, as training against such steps would have it; what a writer can do is for `WordSubstitution`.

    What is padding has no word that could be another: there the model goes on with its own vector,
    whatever the attack has put in its place, so that a change has no effect and no gradient. Random
    noise spends its share of an `L2` budget there all the same: pad no further than the texts need.

    Args:
        model: Functional or sequential, of token ids, or of strings with a `TextVectorization` in
            front; models may stand inside it. A backbone of KerasHub with a head is one.
        layer: The name of the embedding layer; needed where there are several, as in BERT, whose
            tokens and segments have one each (`layer="token_embedding"`).
        padding: The token that stands for none; None where there is no such.

    Raises:
        InvalidModel: It is neither functional nor sequential; has no embedding layer, none of this
            name, or several and no name is given; or asks the layer several times.

    Examples:
        >>> import keras
        >>> tokens = keras.Input((5,), dtype="int32", name="tokens")
        >>> vectors = keras.layers.Embedding(10, 4)(tokens)
        >>> scores = keras.layers.Dense(2)(keras.layers.GlobalMaxPooling1D()(vectors))
        >>> space = embedding_space(keras.Model(tokens, scores))
        >>> space.data([[1, 2, 3, 0, 0]]).x["embeddings"].shape
        (1, 5, 4)

    References:
        Miyato et al., "Adversarial Training Methods for Semi-Supervised Text Classification",
        ICLR 2017, arXiv:1605.07725, who change the embeddings of all words of a text in L2.
    """
    import keras

    from pytest_robust.adapters._cut import Exchange, behind, functional, path_to

    if not isinstance(model, keras.Model):
        raise InvalidModel(f"{type(model).__qualname__} is no keras.Model: only these can be cut open at a layer")
    whole = functional(model)
    path = path_to(whole, layer)
    inputs = {each.name: keras.Input(batch_shape=each.shape, dtype=each.dtype, name=each.name) for each in whole.inputs}
    if EMBEDDINGS in inputs:
        raise InvalidModel(
            f"an input of the model is called {EMBEDDINGS!r} already: attack that, with on={EMBEDDINGS!r}"
        )
    structure = keras.tree.pack_sequence_as(whole.input, [inputs[each.name] for each in whole.inputs])
    exchange = Exchange(padding=padding, name=EMBEDDINGS)
    outputs = behind(whole, structure, path, exchange)
    return EmbeddingSpace(
        model=keras.Model({**inputs, EMBEDDINGS: exchange.instead}, outputs, name=f"{model.name}_of_embeddings"),
        layer=path[-1].name,
        embed=keras.Model(inputs, exchange.original),
    )


def _shaped(entry: Any, wanted: Any) -> NDArray[Any]:  # noqa: ANN401 - an array, a symbolic tensor
    array = np.asarray(entry)
    # Models of strings often take (n, 1), and texts come as (n,).
    return array[:, None] if array.ndim == 1 and tuple(wanted.shape[1:]) == (1,) else array
