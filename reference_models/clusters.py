"""K-means as a way to fit classifiers: the clusters are found without labels, and named or used afterwards."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.architectures import nearest_centroid
from reference_models.splits import Examples
from reference_models.supervised import Supervised
from reference_models.task import Epoch, Model

__all__ = ["NearestCentroid", "PatchFeatures", "PseudoLabels", "assigned", "centroids_of", "majority", "whitening"]

_CLASSES = 10
# The least that still runs every line.
_QUICK_EXAMPLES = 512
# More than this is not learned from: 50,000 images have features of gigabytes.
_MOST_EXAMPLES = 20_000


def majority(clusters: NDArray[Any], labels: NDArray[Any], *, count: int) -> NDArray[np.int64]:
    """Return the commonest class of each cluster; class 0 of a cluster that has nobody.

    A cluster's number means nothing; this is where labels come in.

    Args:
        clusters: (n,) the cluster of each example.
        labels: (n,) its class.
        count: How many clusters there are.
    """
    table = np.zeros((count, _CLASSES), np.int64)
    np.add.at(table, (clusters, labels), 1)
    return table.argmax(axis=1)


def assigned(model: Model, x: NDArray[Any]) -> NDArray[np.int64]:
    """Return the cluster that each image is in, by a model from `nearest_centroid`."""
    import keras

    nearness = keras.Model(model.inputs[0], model.get_layer("nearness").output)
    return nearness.predict(x, batch_size=256, verbose=0).argmax(axis=-1)


def centroids_of(model: Model) -> NDArray[np.float64]:
    """Return the centroids of a model from `nearest_centroid`, (centroids, d)."""
    kernel, bias = (np.asarray(weights, np.float64) for weights in model.get_layer("nearness").get_weights())
    # 2c/s and -cc/s, for a scale s.
    scale = -4 * bias.sum() / np.square(kernel).sum()
    return (kernel * scale / 2).T


def whitening(patches: NDArray[np.float64], *, floor: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean of patches and the matrix that takes away their correlations (ZCA).

    Args:
        patches: (n, d)
        floor: Added to each variance, so that directions without any are not blown up.
    """
    mean = patches.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov((patches - mean).T))
    return mean, (directions / np.sqrt(variances + floor)) @ directions.T


@dataclass(frozen=True, kw_only=True)
class NearestCentroid:
    """Finds the clusters with K-means, after PCA where the model projects, and names each by majority.

    Args:
        iterations: Of K-means, at most.
    """

    iterations: int

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit a model from `nearest_centroid`."""
        from sklearn.cluster import KMeans
        from sklearn.decomposition import PCA

        train = train[:_QUICK_EXAMPLES] if quick else train[:_MOST_EXAMPLES]
        names = [layer.name for layer in model.layers]
        points = train.x.reshape(len(train), -1)
        # Without a random_state both draw from NumPy's global generator, which `fitted` has seeded.
        with _one_thread():
            if "projection" in names:
                pca = PCA(model.get_layer("projection").units, svd_solver="randomized").fit(points)
                model.get_layer("projection").set_weights([pca.components_.T, -pca.components_ @ pca.mean_])
                points = pca.transform(points)
            means = KMeans(model.get_layer("nearness").units, n_init=1, max_iter=1 if quick else self.iterations)
            means.fit(points)
        centroids = means.cluster_centers_
        # As logarithms of a mixture of round Gaussians, of the variance that clusters have.
        scale = 2 * means.inertia_ / points.size
        model.get_layer("nearness").set_weights(
            [2 * centroids.T / scale, -np.square(centroids).sum(axis=1) / scale],
        )
        named = majority(means.labels_, train.y, count=len(centroids))
        elsewhere = np.where(np.eye(_CLASSES, dtype=bool)[named], 0, -1e6)
        model.get_layer("class").set_weights([np.ones_like(elsewhere), elsewhere])
        on_epoch(Epoch(number=1, of=1, figures={"accuracy": float(np.mean(named[means.labels_] == train.y))}))
        return model


@dataclass(frozen=True, kw_only=True)
class PatchFeatures:
    """Finds patches with K-means, without labels, and fits a logistic regression on how near they are.

    Args:
        patches: How many to find the centroids from.
        iterations: Of K-means, at most.
        penalty: C of scikit-learn's logistic regression.
    """

    patches: int
    iterations: int
    penalty: float

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit a model from `patch_features`."""
        import keras
        from sklearn.cluster import KMeans
        from sklearn.linear_model import LogisticRegression

        train = train[:_QUICK_EXAMPLES] if quick else train[:_MOST_EXAMPLES]
        centers = model.get_layer("centroids")
        (side, _), count = model.get_layer("whiten").kernel_size, centers.filters
        model.get_layer("average").set_weights([np.full((side, side, 3, 1), 1 / (side * side * 3))])
        patches = _patches(train.x, 2_000 if quick else self.patches, side)
        with _one_thread():
            mean, whiten = whitening(patches, floor=0.1)
            means = KMeans(count, n_init=1, max_iter=1 if quick else self.iterations)
            # The mean is not taken off a patch, so the centroids are moved by it.
            centroids = means.fit((patches - mean) @ whiten).cluster_centers_ + mean @ whiten
        model.get_layer("whiten").set_weights([(whiten - whiten.mean(axis=0)).reshape(side, side, 3, -1)])
        centers.set_weights([-2 * centroids.T[None, None], np.square(centroids).sum(axis=1)])

        features = keras.Model(model.inputs[0], model.get_layer("features").output)
        found = features.predict(train.x, batch_size=128, verbose=0)
        center, spread = found.mean(axis=0), found.std(axis=0) + 1e-3
        with _one_thread():
            linear = LogisticRegression(C=self.penalty, max_iter=10 if quick else 1000)
            linear.fit((found - center) / spread, train.y)
        kernel = np.zeros((len(center), _CLASSES))
        kernel[:, linear.classes_] = linear.coef_.T / spread[:, None]
        intercept = np.full(_CLASSES, -1e6)  # A class that nobody of a small sample is of.
        intercept[linear.classes_] = linear.intercept_
        model.get_layer("linear").set_weights([kernel, intercept - center @ kernel])
        on_epoch(Epoch(number=1, of=1, figures={"iterations": float(means.n_iter_)}))
        return model


@dataclass(frozen=True, kw_only=True)
class PseudoLabels:
    """Fits a network on what clusters are called, in place of what the images are.

    Args:
        centroids: Clusters.
        components: Of PCA before.
        clusters: How they are found.
        supervised: How the network is fitted.
    """

    centroids: int
    components: int
    clusters: NearestCentroid
    supervised: Supervised

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit a model that returns class probabilities."""
        teacher = nearest_centroid(centroids=self.centroids, components=self.components)
        self.clusters(teacher, train, quick=quick, on_epoch=lambda _: None)
        named = teacher.predict(train.x, batch_size=256, verbose=0).argmax(axis=-1)
        return self.supervised(model, replace(train, y=named), quick=quick, on_epoch=on_epoch)


def _patches(images: NDArray[np.float32], count: int, side: int) -> NDArray[np.float64]:
    """Return patches from anywhere, with mean 0 and deviation 1, as `patch_features` has them."""
    windows = np.lib.stride_tricks.sliding_window_view(images, (side, side), axis=(1, 2))
    image, top, left = (np.random.randint(size, size=count) for size in windows.shape[:3])  # noqa: NPY002 - see NearestCentroid
    # Windows are (3, side, side); kernels are (side, side, 3).
    patches = windows[image, top, left].transpose(0, 2, 3, 1).reshape(count, -1).astype(np.float64)
    patches -= patches.mean(axis=1, keepdims=True)
    return patches / np.sqrt(patches.var(axis=1, keepdims=True) + (10 / 255) ** 2)


def _one_thread() -> AbstractContextManager[Any]:
    """Return a context in which linear algebra has one thread.

    On few cores, threads of small problems wait for each other for most of the time; and a sum split
    over two is rounded differently.
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)
