"""Task 16 learns what it is expected to, from the data at hand; and what goes wrong with cluster numbers."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.cluster import KMeans
from sklearn.metrics import accuracy_score, adjusted_rand_score

from reference_models.architectures import nearest_centroid, patch_features
from reference_models.clusters import (
    NearestCentroid,
    PatchFeatures,
    PseudoLabels,
    assigned,
    centroids_of,
    majority,
    whitening,
)
from reference_models.data import emoji10
from reference_models.splits import Examples
from reference_models.store import shipped_at
from reference_models.supervised import Supervised
from reference_models.task import Trained
from reference_models.tasks.kmeans_image_classifier import TASK

keras = pytest.importorskip("keras")
pytest.importorskip("tensorflow")

# What is fitted quickly has not converged.
SHORT = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_every_member_measures_what_is_expected(result: Trained) -> None:
    expected = TASK.expected_on(result.splits.source)
    assert {each.metric for each in expected} >= {"pixels", "pca", "patches", "pseudo", "patches_twitter"}
    assert all(each.holds(result.metrics[each.metric]) for each in expected)


def test_every_member_returns_probabilities(result: Trained) -> None:
    for model in result.model.values():
        answers = model.predict(result.splits.test.x[:50], verbose=0)
        assert answers.shape == (50, 10)
        np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)


def test_what_ships_is_two_megabytes() -> None:
    files = list(shipped_at(TASK).parent.glob("kmeans_image_classifier.*.keras"))
    assert len(files) == 4
    assert sum(path.stat().st_size for path in files) < 2_200_000


def test_the_keras_model_is_scikit_learns_k_means_named_by_majority(result: Trained) -> None:
    model, test = result.model["pca"], result.splits.test.x[:300]
    points = keras.Model(model.inputs[0], model.get_layer("projection").output).predict(test, verbose=0)
    centroids = centroids_of(model)
    means = KMeans(len(centroids), init=np.ascontiguousarray(centroids), n_init=1, max_iter=1).fit(centroids)
    means.cluster_centers_ = np.ascontiguousarray(centroids, np.float32)
    clusters = means.predict(points)
    np.testing.assert_array_equal(assigned(model, test), clusters)
    named = model.get_layer("class").get_weights()[1].argmax(axis=1)
    np.testing.assert_array_equal(model.predict(test, verbose=0).argmax(axis=-1), named[clusters])


@SHORT
def test_the_keras_model_has_coates_and_ngs_features() -> None:
    images = emoji10.load().train[:64]
    keras.utils.set_random_seed(0)
    model = PatchFeatures(patches=500, iterations=2, penalty=0.01)(
        patch_features(centroids=12), images, quick=True, on_epoch=lambda _: None
    )
    # By the paper, on one patch: normalize, whiten, measure the distances, keep what is nearer than the average.
    patches = np.random.default_rng(0).normal(size=(400, 108))
    mean, whiten = whitening(patches, floor=0.1)
    centroids = np.random.default_rng(1).normal(size=(12, 108))
    model.get_layer("whiten").set_weights([(whiten - whiten.mean(axis=0)).reshape(6, 6, 3, 108)])
    moved = centroids + mean @ whiten
    model.get_layer("centroids").set_weights([-2 * moved.T[None, None], np.square(moved).sum(axis=1)])
    x = images.x[0].astype(np.float64)
    features = np.zeros((27, 27, 12))
    for top in range(27):
        for left in range(27):
            patch = x[top : top + 6, left : left + 6].reshape(-1)
            patch = (patch - patch.mean()) / np.sqrt(patch.var() + (10 / 255) ** 2)
            distances = np.linalg.norm((patch - mean) @ whiten - centroids, axis=1)
            features[top, left] = np.maximum(0, distances.mean() - distances)
    pooled = features.reshape(3, 9, 3, 9, 12).mean(axis=(1, 3)).reshape(-1)
    found = keras.Model(model.inputs[0], model.get_layer("features").output).predict(images.x[:1], verbose=0)[0]
    np.testing.assert_allclose(found, pooled, rtol=1e-3, atol=1e-3)


def test_whitening_leaves_no_correlation() -> None:
    mixed = np.random.default_rng(0).normal(size=(5000, 4)) @ np.array(
        [[3, 0, 0, 0], [2, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0.5]]
    )
    mean, whiten = whitening(mixed + 7, floor=0)
    assert abs(np.corrcoef(mixed.T)[0, 1]) > 0.5
    np.testing.assert_allclose(np.cov(((mixed + 7 - mean) @ whiten).T), np.eye(4), atol=1e-8)


def test_cluster_numbers_scored_against_classes_are_chance(result: Trained) -> None:
    test = result.splits.test
    clusters = assigned(result.model["pixels"], test.x)
    # As good as any other numbering of the same ten clusters, over which the accuracy is a tenth on average.
    numberings = [np.random.default_rng(seed).permutation(10)[clusters] for seed in range(200)]
    assert np.mean([accuracy_score(test.y, each) for each in numberings]) == pytest.approx(0.1, abs=0.01)
    # What does not depend on the numbering tells that there is something in the clusters.
    agreement = adjusted_rand_score(test.y, clusters)
    assert agreement > 0.01
    assert all(adjusted_rand_score(test.y, each) == pytest.approx(agreement) for each in numberings[:5])


def test_labels_are_what_names_the_clusters() -> None:
    clusters, labels = np.array([0, 0, 0, 2, 2]), np.array([7, 7, 1, 3, 3])
    np.testing.assert_array_equal(majority(clusters, labels, count=3), [7, 0, 3])


def test_a_network_taught_cluster_numbers_answers_with_cluster_numbers(result: Trained) -> None:
    train, test = result.splits.train[:1000], result.splits.test[:500]
    clusters = assigned(result.model["pixels"], train.x)
    keras.utils.set_random_seed(0)
    fit = Supervised(epochs=3, batch_size=64, learning_rate=2e-3)
    network = keras.Sequential(
        [keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    )
    taught = fit(network, Examples(x=train.x, y=clusters), quick=False, on_epoch=lambda _: None)
    answers = taught.predict(test.x, verbose=0).argmax(axis=-1)
    assert accuracy_score(assigned(result.model["pixels"], test.x), answers) > 0.3, "it has learned something"
    assert accuracy_score(test.y, answers) < 0.25, "and no class"


def test_ten_clusters_of_pixels_are_too_few(result: Trained) -> None:
    assert 0.15 < result.metrics["pixels"] < 0.25 < result.metrics["pca"]


@SHORT
def test_each_way_to_fit_runs_quickly() -> None:
    train = emoji10.load().train[:512]
    means = NearestCentroid(iterations=2)
    for fit, model in (
        (means, nearest_centroid(centroids=12, components=8)),
        (
            PseudoLabels(
                centroids=12,
                components=8,
                clusters=means,
                supervised=Supervised(epochs=1, batch_size=64, learning_rate=1e-3),
            ),
            TASK.build()["pseudo"],
        ),
    ):
        before = [weights.copy() for weights in model.get_weights()]
        told = []
        fitted = fit(model, train, quick=True, on_epoch=told.append)
        assert told
        assert any((one != two).any() for one, two in zip(before, fitted.get_weights(), strict=True))


def test_same_seed_same_clusters() -> None:
    train = emoji10.load().train[:512]

    def weights(seed: int) -> bytes:
        keras.utils.set_random_seed(seed)
        model = NearestCentroid(iterations=3)(
            nearest_centroid(centroids=8, components=4), train, quick=False, on_epoch=lambda _: None
        )
        return b"".join(array.tobytes() for array in model.get_weights())

    assert weights(0) == weights(0) != weights(1)


def test_figure_shows_each_member_under_each_change(drawing: Figure) -> None:
    *means, bars = drawing.axes
    assert [len(axes.images) for axes in means] == [1] * 10
    assert [text.get_text() for text in bars.get_legend().get_texts()] == ["pixels", "pca", "patches", "pseudo"]
    assert "drawn by\ntwitter" in [text.get_text() for text in bars.get_xticklabels()]
