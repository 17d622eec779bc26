"""Task 11 learns what it is expected to, and makes none of the mistakes that such networks are made with."""

from __future__ import annotations

import json

import numpy as np
import pytest
from matplotlib.figure import Figure

from reference_models.sequences.pieces import BEGIN, END, PAD, Pieces, core_of, known_to, pieces
from reference_models.sequences.seq2seq import encoder_and_decoder
from reference_models.sequences.seq2seq_fit import TeacherForcing
from reference_models.sequences.translator import Compiled, Translator
from reference_models.splits import Examples
from reference_models.store import shipped_at
from reference_models.task import Trained
from reference_models.tasks.attention_seq2seq import TASK

tf = pytest.importorskip("tensorflow")
pytest.importorskip("sacrebleu")

PHRASES = ["March 5, 1997", "three hundred and forty-two", "Germany, Poland, and Switzerland", "5 days ago"]


@pytest.fixture(scope="module")
def translator(result: Trained) -> Translator:
    return Translator(model=result.model)


@pytest.fixture(scope="module")
def measured(result: Trained) -> dict[str, float]:
    return dict(TASK.measure(result.model, result.splits))


# ---------------------------------------------------------------- what was learned


def test_attention_seq2seq_measures_what_is_asked_and_what_is_expected(measured, result: Trained) -> None:
    assert measured["exact match"] >= 0.95
    assert measured["BLEU"] >= 98
    expected = TASK.expected_on(result.splits.source)
    assert {"exact match", "BLEU"} == {each.metric for each in expected}
    assert all(each.holds(measured[each.metric]) for each in expected)


def test_what_was_left_out_is_told_beside_it_and_put_together_rightly(measured, result: Trained) -> None:
    left_out = {name: measured[f"exact match, {name}"] for name in result.splits.elsewhere}
    assert set(left_out) == {"numbers", "pairs", "years"}
    assert min(left_out.values()) >= 0.9
    assert max(left_out.values()) <= 1


def test_a_beam_is_no_worse_than_taking_the_likeliest(measured) -> None:
    assert measured["exact match, beam of 4"] >= measured["exact match"] - 0.005


def test_attention_seq2seq_is_kept_without_the_optimizer(result: Trained) -> None:
    for name, model in result.model.items():
        size = shipped_at(TASK).with_suffix(f".{name}.keras").stat().st_size
        assert 4 * model.count_params() < size < 1.3 * 4 * model.count_params()


def test_its_figure_shows_where_it_looks_and_what_was_left_out(drawing: Figure) -> None:
    maps, bars = drawing.axes[:4], drawing.axes[4]
    assert [axes.get_title() for axes in maps[:2]] == [
        "mercredi 5 mars 1997",
        "deux mille trois cent quatre-vingt-onze",
    ]
    assert [tick.get_text() for tick in maps[0].get_xticklabels()] == ["wednesday", ",", "march", "5", ",", *"1997"]
    for axes in maps:
        (image,) = axes.images
        np.testing.assert_allclose(image.get_array().sum(axis=1), 1, atol=1e-4)
    assert [tick.get_text().split("\n")[0] for tick in bars.get_xticklabels()] == ["test", "numbers", "pairs", "years"]


# ---------------------------------------------------------------- attention


def peaks(attention: np.ndarray) -> list[int]:
    return attention.argmax(axis=1).tolist()


def test_it_looks_elsewhere_for_each_word_and_in_the_order_of_the_french(translator: Translator) -> None:
    (one,) = translator.explained(["March 5, 1997"])
    assert one.source == ("march", " 5", ",", " 1", "9", "9", "7")
    assert one.pieces == ("5", " mars", " 1", "9", "9", "7")
    looked = peaks(one.attention)
    assert len(set(looked)) >= 4
    # The day is the second word; the year's digits are read one after the other.
    assert looked[0] == 1
    assert looked[-3] < looked[-2] < looked[-1]


def test_a_question_that_ignores_the_decoder_is_noticed(result: Trained) -> None:
    # The mistake: without the decoder's state in it, the question is the same at every step, and so is where it looks.
    translator = Translator(model=result.model)
    core = core_of(result.model["decoder"])
    question = core.get_layer("question")
    kept = question.get_weights()
    try:
        question.set_weights([np.zeros_like(kept[0])])
        blind = Translator(model=result.model)
        (one,) = blind.explained(["March 5, 1997"])
        assert np.ptp(one.attention, axis=0).max() < 1e-6
        assert one.pieces != ("5", " mars", " 1", "9", "9", "7")
    finally:
        question.set_weights(kept)
    (one,) = translator.explained(["March 5, 1997"])
    assert np.ptp(one.attention, axis=0).max() > 0.9


def test_attention_is_shares_of_the_source_and_not_all_ones(translator: Translator) -> None:
    # The mistake: a softmax over an axis of size one gives one everywhere.
    for one in translator.explained(PHRASES):
        assert one.attention.shape == (len(one.pieces), len(one.source))
        np.testing.assert_allclose(one.attention.sum(axis=1), 1, atol=1e-5)
        assert np.median(one.attention) < 0.5


def test_what_fills_a_sentence_up_is_not_looked_at_and_changes_nothing(translator: Translator) -> None:
    numbers = translator.source.numbers([pieces("march 5, 1997")])
    wide = np.pad(numbers, ((0, 0), (0, 6)))
    read, read_wide = (translator.compiled.read(each) for each in (numbers, wide))
    for one, other in ((read.state, read_wide.state), (read.cell, read_wide.cell)):
        np.testing.assert_allclose(one, other, atol=1e-5)
    previous = np.array([BEGIN], np.int32)
    said, said_wide = translator.compiled.step(previous, read), translator.compiled.step(previous, read_wide)
    np.testing.assert_allclose(said.logits, said_wide.logits, atol=1e-4)
    assert said_wide.attention[:, numbers.shape[1] :].max() == 0


# ---------------------------------------------------------------- decoding


def test_the_decoder_does_not_see_what_it_has_to_say(result: Trained) -> None:
    encoder, decoder = (core_of(result.model[name]) for name in ("encoder", "decoder"))
    source = tf.constant(known_to(result.model["encoder"]).numbers([pieces("march 5, 1997")]))
    memory, state, cell = encoder(source, training=False)
    sentence = known_to(result.model["decoder"]).numbers([pieces("5 mars 1997")], begin=True)
    other = sentence.copy()
    other[0, 3:] = END
    logits, changed = (
        np.asarray(decoder([tf.constant(each), memory, source, state, cell], training=False)[0])
        for each in (sentence, other)
    )
    np.testing.assert_allclose(logits[:, :3], changed[:, :3], atol=1e-6)
    assert np.abs(logits[:, 3:] - changed[:, 3:]).max() > 0.1, "what stands before is seen"


def test_step_by_step_it_says_what_it_says_of_a_whole_sentence(result: Trained, translator: Translator) -> None:
    encoder, decoder = (core_of(result.model[name]) for name in ("encoder", "decoder"))
    source = translator.source.numbers([pieces("march 5, 1997")])
    sentence = translator.target.numbers([pieces("5 mars 1997")], begin=True)
    memory, state, cell = encoder(tf.constant(source), training=False)
    inputs = [tf.constant(sentence), memory, tf.constant(source), state, cell]
    at_once = np.asarray(decoder(inputs, training=False)[0])
    read = translator.compiled.read(source)
    for step, piece in enumerate(sentence[0]):
        said = translator.compiled.step(np.array([piece]), read)
        np.testing.assert_allclose(said.logits[0], at_once[0, step], atol=1e-4)
        read = said.state


def test_sentences_are_read_once_and_graphs_traced_once(result: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []
    original = Compiled.read
    monkeypatch.setattr(Compiled, "read", lambda self, source: reads.append(len(source)) or original(self, source))
    for width in (1, 4):
        translator = Translator(model=result.model, width=width)
        reads.clear()
        translator(PHRASES)
        assert reads == [4]
        translator(PHRASES[:1])
        translator(["Denmark and Peru"] * 300)
        assert reads == [4, 1, 256, 44]
        graphs = (translator.compiled.reads, translator.compiled.writes)
        assert [graph.experimental_get_tracing_count() for graph in graphs] == [1, 1]


@pytest.mark.parametrize("width", [1, 4])
def test_a_sentence_alone_is_translated_as_in_company(result: Trained, width: int) -> None:
    translator = Translator(model=result.model, width=width)
    together = translator(result.splits.test.x[:64]).tolist()
    assert together[:8] == [translator([text]).tolist()[0] for text in result.splits.test.x[:8]]
    assert np.mean(np.array(together) == result.splits.test.y[:64]) > 0.9


def test_it_ends_by_itself(translator: Translator) -> None:
    numbers = translator.source.numbers([pieces(text.lower()) for text in PHRASES])
    assert numbers.shape[1] < translator.longest
    assert all(len(one.pieces) < 15 for one in translator.explained(PHRASES))


# ---------------------------------------------------------------- its words


def test_each_network_has_its_vocabulary_with_it(result: Trained) -> None:
    source, target = (known_to(result.model[name]) for name in ("encoder", "decoder"))
    assert " march" in source
    assert " march" not in target
    assert " mars" in target
    # Its whole, of pieces, says what its core says of their numbers.
    words = np.array([["march", " 5", ",", " 1", "9", "9", "7"]])
    whole = result.model["encoder"](tf.constant(words.tolist()))
    core = core_of(result.model["encoder"])(tf.constant(source.numbers(words.tolist())), training=False)
    np.testing.assert_allclose(whole[0], core[0], atol=1e-6)


def test_the_words_of_the_test_were_not_learned(result: Trained) -> None:
    known = known_to(result.model["decoder"])
    learned = Pieces.of(map(pieces, result.splits.train.y.tolist()))
    assert set(known.known) == set(learned.known)
    # Whole words, not characters: the mistake is to go through a string letter by letter.
    assert max(len(piece) for piece in known.known) > 8


def test_shifted_by_one_it_learns_and_padding_counts_for_nothing() -> None:
    import keras

    keras.utils.set_random_seed(0)
    texts = np.array(["a b", "b a", "a a", "b b", "a b a", "b a b a b"] * 8)
    said = np.array([text.replace("a", "x").replace("b", "y") for text in texts.tolist()])
    pair = Examples(x=texts, y=said)
    model = encoder_and_decoder(
        Pieces.of(map(pieces, texts.tolist())), Pieces.of(map(pieces, said.tolist())), width=16, units=32, dropout=0.0
    )
    losses = []
    fit = TeacherForcing(epochs=25, batch_size=12, learning_rate=2e-2, unknown=0.0)
    fit(model, pair, quick=False, on_epoch=lambda epoch: losses.append(epoch.figures["loss"]))
    assert losses[-1] < 0.1 < losses[0]
    assert Translator(model=model)(["a b a", "b a b a b"]).tolist() == ["x y x", "y x y x y"]
    assert not any(each.compiled for each in model.values())
    assert PAD == 0, "what the embeddings mask"


def test_its_record_says_what_it_was_made_of() -> None:
    record = json.loads(shipped_at(TASK).read_text(encoding="utf-8"))
    assert record["members"] == ["encoder", "decoder"]
    assert sum(shipped_at(TASK).with_suffix(f".{name}.keras").stat().st_size for name in record["members"]) < 2.5e6
