"""Task 18 learns what it is expected to; and what goes wrong when texts become numbers without care."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytest_robust import Subject
from pytest_robust.plugin.robust import Robust
from reference_models.data import sentiment
from reference_models.store import shipped_at
from reference_models.task import Trained
from reference_models.tasks import text_cnn
from reference_models.tasks.text_cnn import TASK, predict_text, tfidf, whole
from reference_models.text.cnn import answers, drawn, given, without

keras = pytest.importorskip("keras")
pytest.importorskip("tensorflow")
layers = keras.layers


def test_every_member_measures_what_is_expected(result: Trained) -> None:
    expected = TASK.expected_on(result.splits.source)
    assert {each.metric for each in expected} >= {"random", "minilm", *map(without, sentiment.DOMAINS)}
    assert all(each.holds(result.metrics[each.metric]) for each in expected)


def test_what_ships_is_small() -> None:
    files = list(shipped_at(TASK).parent.glob("text_cnn.*.keras"))
    assert len(files) == 5
    assert sum(path.stat().st_size for path in files) < 2_500_000


def test_words_are_in_the_model_and_come_back_with_it(result: Trained, tmp_path: Path) -> None:
    # A tokenizer beside the model is forgotten, or fitted again on other texts: then the numbers are other words'.
    model, test = result.model["random"], result.splits.test[:50]
    model.save(tmp_path / "words.keras")
    assert Subject(tmp_path / "words.keras", test.x, test.y).accuracy() >= 0.7
    again = keras.saving.load_model(tmp_path / "words.keras", safe_mode=True)
    np.testing.assert_array_equal(answers(again, test.x), answers(model, test.x))
    known = again.get_layer("words").get_vocabulary()
    assert known == model.get_layer("words").get_vocabulary()
    assert {"not", "good"} <= set(known)


@pytest.mark.parametrize("name", ["random", "minilm"])
def test_a_text_is_answered_alike_alone_and_beside_a_long_one(result: Trained, name: str) -> None:
    model = result.model[name]
    alone = answers(model, np.array(["I loved it."]))[0]
    beside = answers(model, np.array(["I loved it.", "word " * 300]))[0]
    np.testing.assert_allclose(beside, alone, atol=1e-6)


def test_without_a_mask_padding_is_read_as_words(result: Trained) -> None:
    model = result.model["random"]
    vectors, convolutions = (model.get_layer("of_numbers").get_layer(name) for name in ("vectors", "reading"))
    numbers = np.asarray(model.get_layer("words")(keras.ops.convert_to_tensor(result.splits.test.x[:20])))

    def naive(padded: np.ndarray) -> np.ndarray:
        found = vectors(padded)
        return np.asarray(convolutions([found, keras.ops.ones(padded.shape)]))

    assert np.abs(naive(np.pad(numbers, ((0, 0), (0, 40)))) - naive(numbers)).max() > 1e-3


def test_a_word_is_enough_where_valid_convolutions_need_sixty(result: Trained) -> None:
    naive = [layers.Conv1D(4, 7), layers.MaxPooling1D(5), layers.Conv1D(4, 7), layers.MaxPooling1D(5)]
    assert keras.Sequential([keras.Input((61, 8)), *naive]).output_shape == (None, 1, 4)
    with pytest.raises(ValueError, match=r"[Nn]egative|smaller|shape"):
        keras.Sequential([keras.Input((30, 8)), *naive])
    assert predict_text(result.model["minilm"], "Wonderful!").label == "positive"


@pytest.mark.parametrize("name", ["random", "minilm"])
def test_any_length_is_read(result: Trained, name: str) -> None:
    model = result.model[name]
    for text in ("Great.", "I was very pleased with it. " * 200):
        assert predict_text(model, text).label == "positive"
    long = predict_text(model, "It is a bad and boring film. " * 100)
    assert (long.label, long.words) == ("negative", 700)
    assert 0.5 <= long.probability <= 1


def test_words_that_it_has_no_number_for_are_told(result: Trained) -> None:
    opinion = predict_text(result.model["minilm"], "Great xqzzy and vlorp!")
    assert (opinion.words, opinion.unknown) == (4, 2)


@pytest.mark.parametrize("text", ["", "   ", "?!"])
def test_a_text_without_words_is_refused(result: Trained, text: str) -> None:
    with pytest.raises(ValueError, match="has no word to have an opinion of; pass a text of one word or more"):
        predict_text(result.model["minilm"], text)
    # The model itself, which is asked about many at once, answers.
    said = answers(result.model["minilm"], np.array([text]))
    assert np.isfinite(said).all()
    beside = answers(result.model["minilm"], np.array([text, "a good film"]))[0]
    np.testing.assert_allclose(beside, said[0], atol=1e-6)


def test_several_texts_are_no_text(result: Trained) -> None:
    with pytest.raises(TypeError, match="text is list; pass one string"):
        predict_text(result.model["minilm"], ["good", "bad"])  # type: ignore[arg-type]


def test_words_that_were_not_learned_are_all_one_where_vectors_are_drawn(result: Trained) -> None:
    # MiniLM knows words that the training data do not have: that is what its vectors are for.
    random, minilm = result.model["random"], result.model["minilm"]
    known = [set(model.get_layer("words").get_vocabulary()) for model in (random, minilm)]
    words = [
        word
        for word in ("exquisite", "splendid", "luminous", "elegant", "miserable", "gorgeous", "cheerful")
        if word in known[1] - known[0]
    ][:2]
    texts = np.array([f"The soup was {word}." for word in words])
    one, other = answers(random, texts)
    np.testing.assert_array_equal(one, other)
    one, other = answers(minilm, texts)
    assert np.abs(one - other).max() > 1e-3


def test_vectors_of_words_that_were_learned_from_moved_and_others_did_not(result: Trained) -> None:
    model = result.model["minilm"]
    before, after = (_vectors(each) for each in (given(), model))
    numbers = np.unique(model.get_layer("words")(keras.ops.convert_to_tensor(result.splits.train.x)))
    moved = np.flatnonzero((before != after).any(axis=1))
    # What is padding has no gradient, and stays zero.
    assert set(moved.tolist()) <= {*numbers.tolist()} - {0}
    assert len(moved) > 3_000
    assert not after[0].any()


def test_who_has_not_seen_a_domain_has_vectors_that_have_not(result: Trained) -> None:
    # Vectors that learned from all domains would tell it of the one that it is to know nothing of.
    strangers = [whole(result.model, without(domain)) for domain in sentiment.DOMAINS]
    for stranger in strangers:
        np.testing.assert_array_equal(_vectors(stranger), _vectors(given()))
    said = [answers(stranger, result.splits.test.x[:20]) for stranger in strangers]
    assert np.abs(said[0] - said[1]).max() > 1e-3


def test_a_fresh_model_knows_no_word() -> None:
    assert drawn().get_layer("words").get_vocabulary() == ["", "[UNK]"]


def test_baseline_is_fitted_on_training_sentences_alone(result: Trained) -> None:
    counted = tfidf(result.splits.train)
    learned = result.splits.train
    assert counted.score(learned.x, learned.y) > counted.score(result.splits.test.x, result.splits.test.y) + 0.1


def test_figure_shows_what_each_keeps(robust: Robust, result: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_cnn, "_DRAWN", 60)
    drawing = TASK.figure(result)
    robust.figure(drawing, f"{TASK.number}. {TASK.name}: {TASK.purpose}")
    bars, typos = drawing.axes
    names = ["random vectors", "MiniLM's vectors", "TF-IDF"]
    assert [text.get_text() for text in bars.get_legend().get_texts()] == names
    assert [line.get_label() for line in typos.get_lines()[:3]] == names
    assert typos.get_xlabel() == "typing errors in each sentence"


def _vectors(model: Any) -> np.ndarray:
    return np.asarray(model.get_layer("of_numbers").get_layer("vectors").get_weights()[0])
