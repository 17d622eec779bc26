"""A model cut open at its embedding layer answers as before, and attacks reach the vectors of words and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from pytest_robust import L2, UNBOUNDED, EmbeddingSpace, LInf, Subject, embedding_space
from pytest_robust.attacks import FGSM, PGD, UniformNoise
from pytest_robust.core.errors import InvalidData, InvalidModel
from pytest_robust.core.losses import LogOdds
from pytest_robust.testing import check_adapter

layers = keras.layers

WORDS, STEPS, SIZE = 20, 7, 8
TOKENS = np.random.default_rng(0).integers(1, WORDS, (40, STEPS))
TOKENS[::2, 4:] = 0
TEXTS = [" ".join(f"w{token}" for token in row if token) for row in TOKENS]
LABELS = np.arange(40) % 2


@pytest.fixture(autouse=True)
def seeded() -> None:
    keras.utils.set_random_seed(0)


def over_tokens(*, steps: int | None = STEPS, mask_zero: bool = False) -> Any:
    tokens = keras.Input((steps,), dtype="int32", name="tokens")
    x = layers.Embedding(WORDS, SIZE, mask_zero=mask_zero, embeddings_initializer="normal")(tokens)
    # The mean over steps asks for their mask; a convolution drops it.
    reads = [layers.GlobalAveragePooling1D()] if mask_zero else [layers.Conv1D(6, 3), layers.GlobalMaxPooling1D()]
    for layer in [*reads, layers.Dense(5, activation="tanh"), layers.Dense(2, activation="softmax")]:
        x = layer(x)
    return keras.Model(tokens, x)


def masked() -> Any:
    return over_tokens(steps=None, mask_zero=True)


def sequential() -> Any:
    start = [keras.Input((STEPS,), dtype="int32"), layers.Embedding(WORDS, SIZE, mask_zero=True)]
    return keras.Sequential([*start, layers.GlobalAveragePooling1D(), layers.Dense(1, activation="sigmoid")])


def inside_another() -> Any:
    tokens = keras.Input((STEPS,), dtype="int32")
    inner = over_tokens(mask_zero=True)
    features = keras.Model(inner.input, inner.layers[-2].output)
    return keras.Model(tokens, layers.Dense(3, activation="softmax")(features(tokens)))


def around_another() -> Any:
    texts = keras.Input((), dtype="string")
    vectorization = layers.TextVectorization(vocabulary=[f"w{token}" for token in range(1, WORDS - 1)])
    return keras.Model(texts, over_tokens(steps=None)(vectorization(texts)))


def half_precision() -> Any:
    tokens = keras.Input((STEPS,), dtype="int32")
    x = layers.Embedding(WORDS, SIZE, dtype="float16")(tokens)
    return keras.Model(tokens, layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling1D()(x)))


def over_texts(shape: tuple[int, ...] = ()) -> Any:
    texts = keras.Input(shape, dtype="string", name="texts")
    # As long as the longest text of the batch at hand.
    vectorization = layers.TextVectorization(vocabulary=[f"w{token}" for token in range(1, WORDS)])
    x = layers.Embedding(WORDS + 1, SIZE)(vectorization(texts))
    x = layers.GlobalMaxPooling1D()(layers.Conv1D(6, 3, padding="same")(x))
    return keras.Model(texts, layers.Dense(2, activation="softmax")(x))


def with_another_input() -> Any:
    tokens, more = keras.Input((STEPS,), dtype="int32", name="tokens"), keras.Input((2,), name="more")
    x = layers.GlobalAveragePooling1D()(layers.Embedding(WORDS, SIZE)(tokens))
    return keras.Model({"tokens": tokens, "more": more}, layers.Dense(2)(layers.Concatenate()([x, more])))


MORE = np.random.default_rng(1).normal(size=(40, 2)).astype(np.float32)
MODELS: dict[str, tuple[Callable[[], Any], Any]] = {
    "functional": (over_tokens, TOKENS),
    "masked, of any length": (masked, TOKENS),
    "sequential": (sequential, TOKENS),
    "a model inside another": (inside_another, TOKENS),
    "around another": (around_another, np.array(TEXTS)),
    "half precision": (half_precision, TOKENS),
    "texts": (over_texts, np.array(TEXTS)),
    "texts in a column": (lambda: over_texts((1,)), np.array(TEXTS)[:, None]),
    "another input": (with_another_input, {"tokens": TOKENS, "more": MORE}),
}


def asked(model: Any, x: Any) -> NDArray[Any]:
    tensors = {name: keras.ops.convert_to_tensor(entry) for name, entry in x.items()} if isinstance(x, dict) else x
    return np.asarray(model(tensors if isinstance(x, dict) else keras.ops.convert_to_tensor(x)))


@pytest.mark.parametrize("name", MODELS)
def test_it_answers_as_before_it_was_cut(name: str) -> None:
    make, x = MODELS[name]
    model = make()
    space = embedding_space(model)
    data = space.data(x, LABELS)
    np.testing.assert_array_equal(asked(space.model, data.x), asked(model, x))


@pytest.mark.parametrize("name", MODELS)
def test_its_weights_are_those_of_the_model(name: str) -> None:
    make, x = MODELS[name]
    model = make()
    space = embedding_space(model)
    data = space.data(x)
    before = asked(space.model, data.x)
    dense = model.layers[-1]
    dense = dense.layers[-1] if isinstance(dense, keras.Model) else dense
    dense.set_weights([3 * weights - 1 for weights in dense.get_weights()])
    after = asked(space.model, data.x)
    np.testing.assert_array_equal(after, asked(model, x))
    assert np.abs(after - before).max() > 1e-4


def test_the_gradient_is_that_of_the_vectors() -> None:
    # A mean of vectors and a linear layer: the gradient of the logits is known.
    tokens = keras.Input((STEPS,), dtype="int32")
    vectors = layers.Embedding(WORDS, SIZE)(tokens)
    model = keras.Model(tokens, layers.Dense(2)(layers.GlobalAveragePooling1D()(vectors)))
    space = embedding_space(model, padding=None)
    adapted = Subject(space.model, space.data(TOKENS, LABELS))._laboratory.model
    check_adapter(adapted, space.data(TOKENS[:5]).x)
    found = adapted.loss_gradient(space.data(TOKENS).x, LABELS, LogOdds())
    kernel = np.asarray(model.layers[-1].kernel)
    towards = kernel[:, 1 - LABELS].T - kernel[:, LABELS].T
    gradient = found.gradient["embeddings"]
    cosine = (gradient * towards[:, None]).sum(-1) / (
        np.linalg.norm(gradient, axis=-1) * np.linalg.norm(towards, axis=-1)[:, None]
    )
    np.testing.assert_allclose(cosine, 1, atol=1e-5)


@pytest.mark.parametrize("norm", [LInf, L2])
@pytest.mark.parametrize("name", ["functional", "masked, of any length", "texts", "a model inside another"])
def test_an_attack_does_more_than_noise_of_the_same_size(name: str, norm: Any) -> None:
    make, x = MODELS[name]
    model = make()
    labels = asked(model, x).argmax(axis=-1)
    space = embedding_space(model)
    subject = Subject(space.model, space.data(x, labels))
    assert subject.accuracy() >= 1
    eps = 0.06 if norm is LInf else 0.4
    broken = subject.accuracy(under=PGD(eps=eps, norm=norm, steps=10, on="embeddings")).estimate().value
    noise = subject.accuracy(under=UniformNoise(eps=eps, norm=norm)).estimate().value
    assert broken < noise - 0.1
    # The only input that numbers can change needs no name.
    assert subject.accuracy(under=PGD(eps=eps, norm=norm, steps=10)).estimate().value == broken


@pytest.mark.parametrize("name", ["functional", "masked, of any length", "texts", "a model inside another"])
def test_what_stands_at_padding_has_no_effect_and_no_gradient(name: str) -> None:
    make, x = MODELS[name]
    space = embedding_space(make())
    data = space.data(x, LABELS)
    padding = TOKENS == 0
    changed = dict(data.x)
    changed["embeddings"] = np.where(padding[..., None], 100, data.x["embeddings"]).astype(np.float32)
    np.testing.assert_array_equal(asked(space.model, changed), asked(space.model, data.x))
    changed["embeddings"] = np.where(padding[..., None], data.x["embeddings"], 100).astype(np.float32)
    assert np.abs(asked(space.model, changed) - asked(space.model, data.x)).max() > 1e-3
    model = Subject(space.model, data)._laboratory.model
    gradient = model.loss_gradient(data.x, LABELS, LogOdds()).gradient["embeddings"]
    assert not gradient[padding].any()
    assert gradient[~padding].any()


def test_without_padding_every_position_counts() -> None:
    space = embedding_space(over_tokens(), padding=None)
    data = space.data(TOKENS, LABELS)
    changed = {**data.x, "embeddings": np.where((TOKENS == 0)[..., None], 9, data.x["embeddings"]).astype(np.float32)}
    assert np.abs(asked(space.model, changed) - asked(space.model, data.x)).max() > 1e-3


def test_the_mask_of_the_layer_still_reaches_those_behind_it() -> None:
    model = masked()
    space = embedding_space(model, padding=None)
    short = space.data(TOKENS[::2, :4])
    # Padded further: without its mask, the mean would be over the padding as well.
    np.testing.assert_allclose(
        asked(space.model, short.x), asked(space.model, space.data(TOKENS[::2]).x), rtol=0, atol=1e-6
    )


def test_embeddings_have_no_bounds() -> None:
    data = embedding_space(over_tokens()).data(TOKENS, LABELS)
    assert data.bounds == {"embeddings": UNBOUNDED}
    assert (data.x["embeddings"] < 0).any()


def test_texts_of_other_lengths_are_asked_about_together() -> None:
    space = embedding_space(over_texts())
    long, short = "w1 w2 w3 w4 w5 w6 w7", "w1 w2"
    together = space.data([long, short])
    assert together.x["embeddings"].shape == (2, 7, SIZE)
    alone = asked(space.model, {name: entry[1:] for name, entry in together.x.items()})
    np.testing.assert_allclose(alone, asked(space.model, space.data([short]).x), atol=1e-6)


@pytest.fixture(scope="module")
def bert() -> Any:
    keras_hub = pytest.importorskip("keras_hub")
    keras.utils.set_random_seed(0)
    size = {"num_layers": 1, "num_heads": 2, "hidden_dim": 8, "intermediate_dim": 16}
    return keras_hub.models.BertBackbone(vocabulary_size=WORDS, max_sequence_length=12, **size)


BERTS_INPUTS = {
    "token_ids": TOKENS.astype(np.int32),
    "segment_ids": np.zeros_like(TOKENS),
    "padding_mask": (TOKENS > 0).astype(np.int32),
}


@pytest.mark.parametrize("nested", [False, True])
def test_a_bert_of_keras_hub_is_cut_behind_its_tokens(bert: Any, nested: bool) -> None:
    start = {name: keras.Input((None,), dtype="int32", name=name) for name in BERTS_INPUTS} if nested else bert.input
    said = bert(start) if nested else bert.output
    model = keras.Model(start, layers.Dense(2, activation="softmax")(said["pooled_output"]))
    space = embedding_space(model, layer="token_embedding")
    data = space.data(BERTS_INPUTS, asked(model, BERTS_INPUTS).argmax(axis=-1))
    np.testing.assert_allclose(asked(space.model, data.x), asked(model, BERTS_INPUTS), atol=1e-6)
    moved = {**data.x, "embeddings": data.x["embeddings"] + 100 * (TOKENS == 0)[..., None].astype(np.float32)}
    np.testing.assert_array_equal(asked(space.model, moved), asked(space.model, data.x))
    subject = Subject(space.model, data)
    eps = 0.02
    assert (
        subject.accuracy(under=FGSM(eps=eps)).estimate().value
        < subject.accuracy(under=UniformNoise(eps=eps)).estimate().value
    )


def test_several_embedding_layers_are_named(bert: Any) -> None:
    with pytest.raises(InvalidModel, match=r"\['token_embedding', 'segment_embedding'\]: say which, .*layer='token_e"):
        embedding_space(bert)
    with pytest.raises(
        InvalidModel, match=r"layer='word_embedding' is none .*\['token_embedding', 'segment_embedding'\]"
    ):
        embedding_space(bert, layer="word_embedding")


def test_a_model_without_embeddings_is_refused() -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="numbers")
    with pytest.raises(InvalidModel, match="'numbers' has no embedding layer"):
        embedding_space(model)
    with pytest.raises(InvalidModel, match="'dense.*' does not make a vector of each token"):
        embedding_space(model, layer=model.layers[0].name)


def test_a_layer_that_is_asked_twice_is_refused() -> None:
    one, two = (keras.Input((STEPS,), dtype="int32", name=name) for name in ("one", "two"))
    shared = layers.Embedding(WORDS, SIZE, name="shared")
    x = layers.GlobalAveragePooling1D()(layers.Concatenate(axis=1)([shared(one), shared(two)]))
    with pytest.raises(InvalidModel, match="asks the layer 'shared' 2 times"):
        embedding_space(keras.Model([one, two], layers.Dense(2)(x)))


def test_layers_of_one_name_are_refused() -> None:
    inner = over_tokens()
    tokens = keras.Input((STEPS,), dtype="int32")
    both = [layers.Embedding(WORDS, 2, name=inner.layers[1].name)(tokens), inner(tokens)]
    x = layers.Concatenate()([layers.GlobalAveragePooling1D()(both[0]), both[1]])
    with pytest.raises(InvalidModel, match="2 layers are called 'embedding.*own name"):
        embedding_space(keras.Model(tokens, layers.Dense(2)(x)), layer=inner.layers[1].name)


class Hidden(keras.Model):
    """Has an embedding layer, and hides where it is used."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = layers.Embedding(WORDS, SIZE)

    def call(self, tokens: Any) -> Any:
        return keras.ops.mean(self.embedding(tokens), axis=1)


def test_a_model_whose_steps_are_hidden_is_refused() -> None:
    hidden = Hidden()
    hidden(keras.ops.convert_to_tensor(TOKENS))
    unbuilt = keras.Sequential([layers.Embedding(WORDS, SIZE), layers.GlobalAveragePooling1D()])
    for model in (hidden, unbuilt):
        with pytest.raises(InvalidModel, match="takes a functional model, or a sequential one that begins with"):
            embedding_space(model)


@pytest.mark.parametrize("native", [layers.Embedding(WORDS, SIZE), lambda texts: texts])
def test_what_is_no_keras_model_is_refused(native: Any) -> None:
    with pytest.raises(InvalidModel, match="is no keras.Model"):
        embedding_space(native)


def test_an_input_of_that_name_is_attacked_as_it_is() -> None:
    tokens, vectors = keras.Input((STEPS,), dtype="int32"), keras.Input((SIZE,), name="embeddings")
    x = layers.GlobalAveragePooling1D()(layers.Embedding(WORDS, SIZE)(tokens)) + vectors
    with pytest.raises(InvalidModel, match="called 'embeddings' already: attack that"):
        embedding_space(keras.Model([tokens, vectors], x))


def test_inputs_that_are_not_the_models_are_refused() -> None:
    space = embedding_space(with_another_input())
    with pytest.raises(InvalidData, match=r"inputs are \['more', 'tokens'\], the data are one array"):
        space.data(TOKENS)
    with pytest.raises(InvalidData, match=r"inputs are \['more', 'tokens'\], the data have \['tokens'\]"):
        space.data({"tokens": TOKENS})
    with pytest.raises(InvalidData, match=r"does not take inputs of shape \{'tokens': \(40, 6\)\}"):
        embedding_space(over_tokens()).data(TOKENS[:, :6])


def test_the_layer_that_was_cut_at_is_told() -> None:
    space = embedding_space(over_tokens())
    assert isinstance(space, EmbeddingSpace)
    assert space.layer.startswith("embedding")
