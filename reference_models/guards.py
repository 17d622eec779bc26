"""A defence as one model: it purifies an input, answers to what is left of it, and raises an alarm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from reference_models.task import Model

__all__ = [
    "GUARDS",
    "area",
    "asked",
    "aware",
    "before_softmax",
    "denoising",
    "part",
    "squeezing",
    "threshold",
    "with_alarm_as_class",
]

GUARDS = ("squeezing", "denoising")

# What one threshold's worth of alarm is in logits, where it stands among them.
_ALARM_IN_LOGITS = 10.0


def squeezing(classifier: Model, clean: NDArray[Any], *, rate: float) -> Model:
    """Return the guard that takes away what a digit does not need: grey levels, and single pixels.

    The alarm is about the larger of two L1 distances between the answers to the image itself and to the
    image in one bit, or smoothed by a 2 x 2 median. The answer is the one to both of these in a row.

    Args:
        classifier: From images to probabilities.
        clean: (n, 28, 28, 1) images that neither it nor the final measurement has seen.
        rate: The share of clean images with an alarm, strictly between 0 and 1.

    References:
        Xu, Evans and Qi, "Feature Squeezing: Detecting Adversarial Examples in Deep Neural Networks",
        NDSS 2018, arXiv:1704.01155.
    """
    import keras

    logits = before_softmax(classifier)
    x = keras.Input(classifier.input_shape[1:])
    bits, smooth = keras.ops.round(x), _median(x)
    both = _median(bits)
    said = _shares(logits(x))
    far = keras.ops.maximum(_apart(said, _shares(logits(bits))), _apart(said, _shares(logits(smooth))))
    return _guard(x, both, logits(both), [far], clean, rate=rate, name="squeezing")


def denoising(classifier: Model, purifier: Model, clean: NDArray[Any], *, rate: float) -> Model:
    """Return the guard that has a network repair the image.

    The alarm is about two distances, each in units of its own threshold: between the answers before and
    after (L1), and between the images (mean of the absolute differences). The larger one counts.

    Args:
        classifier: From images to probabilities.
        purifier: From images to repaired ones.
        clean: (n, 28, 28, 1) images that no network and not the final measurement has seen.
        rate: The share of clean images with an alarm, strictly between 0 and 1.

    References:
        Meng and Chen, "MagNet: a Two-Pronged Defense against Adversarial Examples", CCS 2017,
        arXiv:1705.09064.
    """
    import keras

    logits = before_softmax(classifier)
    x = keras.Input(classifier.input_shape[1:])
    repaired = purifier(x)
    after = logits(repaired)
    answers = _apart(_shares(logits(x)), _shares(after))
    images = keras.ops.mean(keras.layers.Flatten()(keras.ops.abs(x - repaired)), axis=-1, keepdims=True)
    return _guard(x, repaired, after, [answers, images], clean, rate=rate, name="denoising")


def before_softmax(classifier: Model) -> Model:
    """Return a classifier without the softmax layer that ends it."""
    import keras

    *_, last, softmax = classifier.layers
    assert isinstance(softmax, keras.layers.Softmax), f"{classifier.name} ends in {softmax.name}"
    return keras.Model(classifier.inputs, last.output, name="logits")


def part(guard: Model, name: str) -> Model:
    """Return the model of one of a guard's outputs.

    Args:
        guard: A guard.
        name: "purified" (n, 28, 28, 1), "logits" (n, 10) of the purified image, or "alarm" (n, 1), above 0 where the
            image is taken to be adversarial.
    """
    import keras

    return keras.Model(guard.inputs[0], guard.output[name], name=f"{guard.name}_{name}")


def with_alarm_as_class(guard: Model) -> Model:
    """Return a guard as one classifier: logits of the classes, and of one more that is the alarm.

    The additional class has the highest logit if, and only if, the alarm is above 0.

    References:
        Carlini and Wagner, "Adversarial Examples Are Not Easily Detected: Bypassing Ten Detection Methods",
        AISec 2017, arXiv:1705.07263, section 3.2.
    """
    import keras

    layers = keras.layers
    logits = guard.output["logits"]
    best = keras.ops.max(logits, axis=-1, keepdims=True)
    # Named, as Keras counts names anew in a process that has a guard from a file, and refuses two of one name.
    scale = layers.Rescaling(_ALARM_IN_LOGITS, name="alarm_in_logits")
    alarm = layers.Add(name="alarm_beside_the_best")([best, scale(guard.output["alarm"])])
    answers = layers.Concatenate(name="classes_and_alarm")([logits, alarm])
    return keras.Model(guard.inputs[0], answers, name=f"{guard.name}_or_alarm")


def aware(guard: Model) -> Model:
    """Return a guard as one sees it who knows it: rounding is handed through on the way back.

    Forward it is the same function. Backward pass differentiable approximation, with the weights shared.

    References:
        Athalye, Carlini and Wagner, "Obfuscated Gradients Give a False Sense of Security: Circumventing
        Defenses to Adversarial Examples", ICML 2018, arXiv:1802.00420, section 4.1.
    """
    import keras

    def through(operation: Any, *args: Any, **kwargs: Any) -> Any:
        made = operation(*args, **kwargs)
        if type(operation).__name__ != "Round":
            return made
        change = keras.layers.Subtract(name="change_by_rounding")([made, args[0]])
        return keras.layers.Add(name="rounding_handed_through")([args[0], keras.ops.stop_gradient(change)])

    return keras.models.clone_model(guard, call_function=through, clone_function=lambda layer: layer)


def asked(model: Model, images: NDArray[Any]) -> NDArray[Any]:
    """Return what a model answers to images."""
    import keras

    # Called, and not by `predict`, which compiles each of the many models anew.
    answers = [model(images[start : start + 500], training=False) for start in range(0, len(images), 500)]
    return np.concatenate([keras.ops.convert_to_numpy(each) for each in answers])


def area(quiet: NDArray[Any], raised: NDArray[Any]) -> float:
    """Return the area under the ROC curve of alarms: 1 tells all apart, 0.5 none.

    Args:
        quiet: (n,) alarms at clean images.
        raised: (m,) alarms at adversarial images.
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(np.repeat([0, 1], [len(quiet), len(raised)]), np.concatenate([quiet, raised])))


def threshold(scores: NDArray[Any], *, rate: float) -> float:
    """Return what a share of at most `rate` of new scores exceeds, in expectation, if they are like these.

    The k-th of n sorted scores, k = ceil((n + 1)(1 - rate)): of a new score, the chance to exceed it is
    (n + 1 - k) / (n + 1) exactly, whatever the scores' distribution.

    Args:
        scores: (n,) of clean inputs.
        rate: Strictly between 0 and 1.

    Raises:
        ValueError: The scores are too few for so small a rate.

    Examples:
        >>> threshold(np.arange(19), rate=0.05)
        18.0

    References:
        Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005, section 2.2.
    """
    place = math.ceil(round((len(scores) + 1) * (1 - rate), 9))
    if not 0 < place <= len(scores):
        raise ValueError(f"{len(scores)} scores are too few for a rate of {rate}: it takes {math.ceil(1 / rate) - 1}")
    return float(np.sort(scores)[place - 1])


def _guard(
    x: Any,
    purified: Any,
    logits: Any,
    scores: Sequence[Any],
    clean: NDArray[Any],
    *,
    rate: float,
    name: str,
) -> Model:
    """Return a guard whose thresholds are those of the clean images; they are kept in its layers."""
    import keras

    measured = np.stack([_of_images(keras.Model(x, score), clean) for score in scores], axis=1)
    units = [threshold(column, rate=rate) for column in measured.T]
    # Each alone keeps to the rate; the larger of both would exceed it.
    most = threshold((measured / units).max(axis=1), rate=rate)
    scaled = [keras.layers.Rescaling(1 / (unit * most))(score) for unit, score in zip(units, scores, strict=True)]
    larger = scaled[0] if len(scaled) == 1 else keras.layers.Maximum()(scaled)
    alarm = keras.layers.Rescaling(1.0, offset=-1.0)(larger)
    return keras.Model(x, {"purified": purified, "logits": logits, "alarm": alarm}, name=name)


def _of_images(score: Model, images: NDArray[Any]) -> NDArray[Any]:
    measured: NDArray[Any] = score.predict(images, batch_size=256, verbose=0)[:, 0].astype(np.float64)
    return measured


def _median(x: Any) -> Any:
    """Return images of which each pixel is the third in size of the 2 x 2 that it begins."""
    import keras

    # Of four the third, as the authors' code has it; there is no one in the middle.
    four = keras.ops.image.extract_patches(x, size=(2, 2), strides=1, padding="same")
    return keras.ops.take(keras.ops.sort(four, axis=-1), [2], axis=-1)


def _shares(logits: Any) -> Any:
    import keras

    return keras.ops.softmax(logits, axis=-1)


def _apart(one: Any, other: Any) -> Any:
    import keras

    return keras.ops.sum(keras.ops.abs(one - other), axis=-1, keepdims=True)
