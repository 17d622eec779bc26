"""Task 12 learns what it is expected to, and makes none of the mistakes that such networks are made with."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from reference_models.data import novel
from reference_models.sequences.language_model import LanguageModel, Sampling
from reference_models.sequences.pieces import BEGIN, END, PAD, UNKNOWN, Pieces, core_of, known_to
from reference_models.sequences.transformer import causal_transformer
from reference_models.sequences.transformer_fit import NextPiece
from reference_models.splits import Examples
from reference_models.store import shipped_at
from reference_models.task import Trained
from reference_models.tasks.text_generator import TASK

pytest.importorskip("tensorflow")

SENTENCE = "Mr. Darcy was not to be seen at Netherfield."


@pytest.fixture(scope="module")
def reader(result: Trained) -> LanguageModel:
    return LanguageModel(model=result.model)


def logits_of(result: Trained, numbers: np.ndarray) -> np.ndarray:
    return np.array(core_of(result.model)(numbers, training=False))


# ---------------------------------------------------------------- what was learned


def test_text_generator_measures_what_is_asked_and_what_is_expected(result: Trained) -> None:
    measured = TASK.measure(result.model, result.splits)
    assert measured["perplexity"] <= 4.9
    # Told beside it, by counts of the same text.
    assert 20 < measured["perplexity, unigrams"] < 24
    assert 10 < measured["perplexity, bigrams"] < 13
    assert measured["longest copied"] <= 1.5 * measured["longest copied, the author"]
    assert measured["repeated"] <= 0.02
    assert all(each.holds(measured[each.metric]) for each in TASK.expected_on(result.splits.source))


def test_perplexity_is_of_each_character_of_the_test_once(result: Trained, reader: LanguageModel) -> None:
    test = result.splits.test[:20]
    known = known_to(result.model)
    told = reader.log_probabilities(test.y)
    assert [len(each) for each in told] == [novel.EXCERPT] * 20
    # By the definition: the logits at a place, less the logarithm of the sum of all their exponentials.
    numbers = known.numbers(["\n" + text[:-1] for text in test.y.tolist()])
    logits = logits_of(result, numbers).astype(np.float64)
    shares = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    by_hand = np.log(np.take_along_axis(shares, known.numbers(test.y.tolist())[..., None], axis=-1)[..., 0])
    np.testing.assert_allclose(np.array(told), by_hand, atol=1e-4)


def test_text_generator_is_kept_without_the_optimizer(result: Trained) -> None:
    size = shipped_at(TASK).with_suffix(".keras").stat().st_size
    assert 4 * result.model.count_params() < size < 1.5e6


def test_its_figure_shows_what_it_writes_and_what_that_is_worth(drawing: Figure) -> None:
    texts, bars, places = drawing.axes
    names = [text.get_text() for text in texts.texts if text.get_weight() == "bold"]
    assert names[0] == "the likeliest, always"
    assert len(names) == 5
    assert sum("copied at most" in text.get_text() for text in texts.texts) == 5
    unigrams, bigrams, network = (patch.get_height() for patch in bars.patches)
    assert unigrams > bigrams > network
    (line,) = places.lines
    assert len(line.get_xdata()) == novel.EXCERPT
    assert np.mean(line.get_ydata()[:5]) > np.mean(line.get_ydata()[-50:])


# ---------------------------------------------------------------- attention


def test_no_place_sees_what_stands_after_it(result: Trained) -> None:
    numbers = known_to(result.model).numbers([SENTENCE])
    other = numbers.copy()
    other[0, 20:] = known_to(result.model).numbers(["z"])[0, 0]
    one, changed = logits_of(result, numbers), logits_of(result, other)
    np.testing.assert_allclose(one[:, :20], changed[:, :20], atol=1e-4)
    assert np.abs(one[:, 20:] - changed[:, 20:]).max() > 1, "what stands before is seen"


def test_a_network_without_the_mask_would_be_noticed() -> None:
    import keras

    # The same attention without a mask: the test above would fail.
    x = np.random.default_rng(0).normal(size=(1, 6, 8)).astype(np.float32)
    other = x.copy()
    other[:, 5] += 1
    keras.utils.set_random_seed(0)
    attention = keras.layers.MultiHeadAttention(2, 4)
    seen, masked = (
        np.abs(np.asarray(attention(x, x, use_causal_mask=mask) - attention(other, other, use_causal_mask=mask)))[:, :5]
        for mask in (False, True)
    )
    assert masked.max() < 1e-6
    assert seen.max() > 1e-3


def test_order_matters_because_of_positions(result: Trained) -> None:
    # Without them, attention sees a bag: the last place would answer the same whatever the order before it.
    known = known_to(result.model)
    ordered, mixed = known.numbers(["the hous"]), known.numbers(["ethh ous"])
    assert sorted(ordered[0]) == sorted(mixed[0])
    assert ordered[0, -1] == mixed[0, -1]
    assert np.abs(logits_of(result, ordered)[0, -1] - logits_of(result, mixed)[0, -1]).max() > 1


def test_there_are_several_heads_and_they_look_at_different_places(result: Trained) -> None:
    core = core_of(result.model)
    layers = [layer for layer in core.layers if layer.name.startswith("attention_")]
    assert len(layers) == 2
    assert all(layer.get_config()["num_heads"] == 4 for layer in layers)


def test_it_reads_further_back_than_a_pair(result: Trained, reader: LanguageModel) -> None:
    # The same two characters before, another sentence: counts of pairs would say the same.
    known = known_to(result.model)
    first, second = (logits_of(result, known.numbers([text]))[0, -1] for text in ("Mr. Bingl", "she was gl"))
    assert first.argmax() == known.numbers(["e"])[0, 0]
    assert second.argmax() == known.numbers(["a"])[0, 0]
    assert reader(["Mr. Bingley"])[0] > reader(["Mr. Bilgney"])[0]


# ---------------------------------------------------------------- texts of any length, and drawn ones


def test_texts_are_told_the_same_alone_and_in_company_and_beyond_its_context(result: Trained, reader) -> None:
    texts = [SENTENCE, "I", "".join(result.splits.test.x[:3].tolist()), "x"]
    together = reader.log_probabilities(texts)
    assert [len(each) for each in together] == [len(text) for text in texts]
    for text, told in zip(texts, together, strict=True):
        np.testing.assert_allclose(reader.log_probabilities([text])[0], told, atol=1e-4)
    with pytest.raises(ValueError, match="text 1 is empty"):
        reader(["a", ""])


def test_it_goes_on_from_a_prompt_and_the_seed_says_how(reader: LanguageModel) -> None:
    draw = {"length": 30, "sampling": Sampling(temperature=0.8)}
    first, again, other = (reader.generated([SENTENCE, "A"], seed=seed, **draw) for seed in (0, 0, 1))
    assert first == again != other
    assert first[0].startswith(SENTENCE)
    assert [len(text) for text in first] == [len(SENTENCE) + 30, 31]
    with pytest.raises(ValueError, match="a prompt is empty"):
        reader.generated([""], seed=0, **draw)


def test_the_likeliest_is_the_likeliest_and_needs_no_seed(result: Trained, reader: LanguageModel) -> None:
    (text,) = reader.generated([SENTENCE], length=20, sampling=Sampling(top_k=1), seed=0)
    assert reader.generated([SENTENCE], length=20, sampling=Sampling(top_k=1), seed=5) == [text]
    for place in range(len(SENTENCE), len(text)):
        logits = logits_of(result, known_to(result.model).numbers([text[:place]]))[0, -1]
        logits[[PAD, UNKNOWN, BEGIN, END]] = -np.inf
        assert known_to(result.model).known[int(logits.argmax())] == text[place]


def test_what_is_drawn_is_drawn_as_often_as_it_is_probable(result: Trained, reader: LanguageModel) -> None:
    known = known_to(result.model)
    logits = logits_of(result, known.numbers(["Elizabeth "]))[0, -1].astype(np.float64)
    logits[[PAD, UNKNOWN, BEGIN, END]] = -np.inf
    shares = Sampling().probabilities(logits)
    drawn = [text[-1] for text in reader.generated(["Elizabeth "] * 600, length=1, sampling=Sampling(), seed=3)]
    for number in np.argsort(-shares)[:4]:
        spread = 4 * np.sqrt(shares[number] * (1 - shares[number]) / 600)
        assert drawn.count(known.known[number]) / 600 == pytest.approx(shares[number], abs=spread)


def test_texts_longer_than_its_context_go_on_and_graphs_are_traced_once(result: Trained) -> None:
    reader = LanguageModel(model=result.model)
    prompts = ["".join(result.splits.test.x[:2].tolist()), "I"]
    texts = reader.generated(prompts, length=3, sampling=Sampling(), seed=0)
    assert len(texts[0]) == 2 * novel.EXCERPT + 3
    reader.generated(["one prompt"], length=2, sampling=Sampling(), seed=0)
    assert reader._last.experimental_get_tracing_count() == 1
    reader(["a", "bc"])
    reader(prompts)
    assert reader._logits.experimental_get_tracing_count() == 1


# ---------------------------------------------------------------- how it learns


def test_it_learns_a_text_by_heart_where_there_is_little_of_it() -> None:
    import keras

    keras.utils.set_random_seed(0)
    text = "abcdefgh" * 80
    known = Pieces.of([text])
    model = causal_transformer(known, context=16, width=16, heads=2, blocks=1, dropout=0.0, name="small")
    excerpts = np.array([text[start : start + 16] for start in range(0, 320, 16)])
    losses = []
    fit = NextPiece(steps=200, batch_size=16, context=16, learning_rate=1e-2, unknown=0.0)
    fit(
        model,
        Examples(x=excerpts, y=excerpts),
        quick=False,
        on_epoch=lambda epoch: losses.append(epoch.figures["loss"]),
    )
    assert len(losses) == 2
    assert losses[-1] < 0.5 < np.log(8)
    small = LanguageModel(model=model, context=16)
    assert small.generated(["abc"], length=13, sampling=Sampling(top_k=1), seed=0) == [text[:16]]
    assert not model.compiled
