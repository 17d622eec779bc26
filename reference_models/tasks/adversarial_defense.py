"""Task 3: detects adversarial examples and removes what makes them so, and is told how far that holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.adapters import adapt
from pytest_robust.attacks import FGSM, PGD
from reference_models.data import mnist
from reference_models.evasion import ATTACKS, crafted, fooling
from reference_models.guards import GUARDS, area, asked, before_softmax, denoising, part, squeezing
from reference_models.splits import Examples
from reference_models.supervised import Supervised
from reference_models.task import Epoch, Expected, Subject, Task, Trained
from reference_models.tasks._detected_and_repaired import detected_and_repaired

if TYPE_CHECKING:
    from reference_models.splits import Splits
    from reference_models.task import Family, Model

# Of clean images, the share that is taken for adversarial: Xu et al. 2018, section V.A.
RATE = 0.05

# Of the training data, the share that no network learns from and that sets the thresholds: 500 of 4,000.
_HELD_OUT = 0.125


def undefended_and_purifier() -> Family:
    """Return a classifier of digits, and a network from images to images."""
    return {"classifier": _classifier(), "purifier": _purifier()}


def _classifier() -> Model:
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
            layers.Softmax(),
        ],
        name="classifier",
    )


def _purifier() -> Model:
    """Return an autoencoder with one bridge, at half the size: every pixel passes through strides at least once."""
    import keras

    layers = keras.layers

    def convolved(x: Any, width: int, strides: int = 1) -> Any:
        return layers.Conv2D(width, 3, strides=strides, padding="same", activation="relu")(x)

    image = keras.Input((28, 28, 1))
    half = convolved(convolved(image, 8), 24, strides=2)
    quarter = convolved(convolved(half, 48, strides=2), 48)
    half = convolved(layers.Concatenate()([layers.UpSampling2D()(quarter), half]), 24)
    whole = convolved(layers.UpSampling2D()(half), 8)
    repaired = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(whole)
    return keras.Model(image, repaired, name="purifier")


def guarded(model: Family, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Family:
    """Fit the classifier, then the purifier to it, and return the classifier and both guards.

    The thresholds come from the end of the training data, which no network learns from.
    """
    held_out = round(len(train) * _HELD_OUT)
    learn, clean = train[: len(train) - held_out], train[len(train) - held_out :]
    epochs = 1 if quick else _EPOCHS

    def tell(epoch: Epoch) -> None:
        on_epoch(replace(epoch, of=epoch.of + epochs))

    classifier = _UNDEFENDED(model["classifier"], learn, quick=quick, on_epoch=tell)
    few = learn[:_QUICK_EXAMPLES] if quick else learn
    for epoch in _repairing(model["purifier"], classifier, few, epochs):
        before = 1 if quick else _UNDEFENDED.epochs
        on_epoch(replace(epoch, number=before + epoch.number, of=before + epochs))
    return {
        "classifier": classifier,
        "squeezing": squeezing(classifier, clean.x, rate=RATE),
        "denoising": denoising(classifier, model["purifier"], clean.x, rate=RATE),
    }


_UNDEFENDED = Supervised(epochs=8, batch_size=64, learning_rate=2e-3)
_EPOCHS = 8
_QUICK_EXAMPLES = 256
# Examples that share the budget of their spoiling.
_SPOILED_TOGETHER = 256
# The largest changes that the purifier learns from; PGD fools with less than FGSM.
_NOISE, _ONE_STEP, _MANY_STEPS = 0.3, 0.3, 0.2
# Of the mean distance between logits, which is tens of times that of pixels.
_WEIGHT_OF_LOGITS = 0.05


def _repairing(purifier: Model, classifier: Model, learn: Examples, epochs: int) -> Iterator[Epoch]:
    """Fit the purifier to undo noise and attacks on the classifier, an epoch at a time.

    What it makes of a spoiled image is to look like the clean one, and to be the same to the classifier:
    pixels alone would leave what the classifier still sees.

    References:
        Liao et al., "Defense against Adversarial Attacks Using High-Level Representation Guided Denoiser",
        CVPR 2018, arXiv:1712.02976, section 3.3, the logits guided denoiser.
    """
    import keras

    logits = before_softmax(classifier)
    wanted = logits.predict(learn.x, batch_size=256, verbose=0)
    repaired = purifier(purifier.inputs[0])
    classifier.trainable = False
    learner = keras.Model(purifier.inputs, [repaired, logits(repaired)])
    steps = epochs * -(-len(learn) // 64)
    learner.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        loss=["binary_crossentropy", "mae"],
        loss_weights=[1.0, _WEIGHT_OF_LOGITS],
    )
    random = np.random.default_rng(int(keras.random.randint((), 0, 2**31 - 1)))
    # Once for all attacks, as each of its own compiles the gradient.
    attacked = adapt(classifier, allow_pickle=False)
    for epoch in range(epochs):
        order = random.permutation(len(learn))
        shuffled = Examples(x=learn.x[order], y=learn.y[order])
        ends = np.linspace(0, len(learn), -(-len(learn) // _SPOILED_TOGETHER) + 1).astype(int).tolist()
        spoiled = np.concatenate(
            [_spoiled(attacked, shuffled[start:end], random) for start, end in pairwise(ends)],
        )
        figures = learner.fit(spoiled, [shuffled.x, wanted[order]], batch_size=64, verbose=0).history
        yield Epoch(number=epoch + 1, of=epochs, figures={"loss": figures["loss"][0]})
    classifier.trainable = True


def _spoiled(classifier: Any, clean: Examples, random: np.random.Generator) -> NDArray[np.float32]:
    """Return a quarter of the images each: with noise, after one step, after several, and as they are."""
    quarter = len(clean) // 4
    noisy, once, often, left = (clean[at * quarter : (at + 1) * quarter if at < 3 else None] for at in range(4))
    noise = random.normal(scale=random.uniform(0.02, _NOISE), size=noisy.x.shape).astype(np.float32)
    seed = int(random.integers(2**31))
    return np.concatenate(
        [
            np.clip(noisy.x + noise, 0, 1),
            crafted(FGSM(eps=random.uniform(0.02, _ONE_STEP)), classifier, once, seed=seed),
            crafted(PGD(eps=random.uniform(0.02, _MANY_STEPS), steps=5), classifier, often, seed=seed),
            left.x,
        ]
    )


def both_sides(model: Family, splits: Splits) -> dict[str, float]:
    """Return how good the classifier and its guards are on clean images, and on those of FGSM(eps=0.1)."""
    test = splits.test
    once = crafted(ATTACKS["FGSM 0.1"], model["classifier"], test, seed=0)
    adversarial = fooling(model["classifier"], test, once)
    measured = {"accuracy": _right(model["classifier"], test.x, test.y)}
    for name in GUARDS:
        logits, alarm = (part(model[name], output) for output in ("logits", "alarm"))
        quiet, raised = (asked(alarm, images)[:, 0] for images in (test.x, once[adversarial]))
        measured |= {
            f"{name}_accuracy": _right(logits, test.x, test.y),
            f"{name}_fgsm_accuracy": _right(logits, once, test.y),
            f"{name}_false_alarms": float(np.mean(quiet > 0)),
            f"{name}_fgsm_auc": area(quiet, raised),
        }
    return measured


def _right(model: Model, images: NDArray[Any], digits: NDArray[Any]) -> float:
    return float(np.mean(asked(model, images).argmax(axis=1) == digits))


def answers_of_the_repaired(result: Trained) -> Subject:
    """Return the denoising guard's answers on the test set."""
    test = result.splits.test
    return Subject(model=part(result.model["denoising"], "logits"), x=test.x, y=test.y)


TASK = Task(
    number=3,
    name="adversarial_defense",
    purpose="Two defences that detect and purify adversarial examples, and what an adaptive attack leaves of them",
    data="MNIST, 5,000 images embedded; all 70,000 where they are at hand",
    load=mnist.load,
    build=undefended_and_purifier,
    fit=guarded,
    measure=both_sides,
    subject=answers_of_the_repaired,
    # Seeds 0 to 2.
    expected=(
        # 0.968, 0.965, 0.966.
        Expected(metric="accuracy", value=0.966, tolerance=0.012, source="mnist_5000"),
        # 0.968, 0.964, 0.967.
        Expected(metric="denoising_accuracy", value=0.966, tolerance=0.012, source="mnist_5000"),
        # 0.933, 0.928, 0.935, and 0.933, 0.928, 0.947.
        Expected(metric="squeezing_fgsm_accuracy", value=0.932, tolerance=0.02, source="mnist_5000"),
        Expected(metric="denoising_fgsm_accuracy", value=0.936, tolerance=0.025, source="mnist_5000"),
        # 0.987, 0.986, 0.991, and 0.998, 0.999, 1.000.
        Expected(metric="squeezing_fgsm_auc", value=0.988, tolerance=0.01, source="mnist_5000"),
        Expected(metric="denoising_fgsm_auc", value=0.996, tolerance=0.006, source="mnist_5000"),
        # 0.059, 0.036, 0.055, and 0.060, 0.058, 0.045: 500 images set the threshold and 1,000 try it, which
        # leaves a standard deviation of 0.012.
        Expected(metric="squeezing_false_alarms", value=0.05, tolerance=0.03, source="mnist_5000"),
        Expected(metric="denoising_false_alarms", value=0.05, tolerance=0.03, source="mnist_5000"),
        # Not measured here.
        Expected(metric="accuracy", value=0.99, tolerance=0.008, source="mnist"),
    ),
    cpu_seconds=71,
    asserted="false alarms, detection and repair under five attacks; what of it an attack through each guard undoes",
    figure=detected_and_repaired,
)
