"""Task 3: detects adversarial examples and removes what makes them so, and is told how far that holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust import L2
from pytest_robust.adapters import adapt
from pytest_robust.attacks import FGSM, PGD, CarliniWagner, DeepFool
from pytest_robust.core.perturbation import Attack
from reference_models.data import mnist
from reference_models.evasion import crafted, past_the_guard
from reference_models.figures import LINES, blank, picture
from reference_models.guards import aware, before_softmax, denoising, part, squeezing, with_alarm_as_class
from reference_models.splits import Examples, Splits
from reference_models.supervised import Supervised
from reference_models.task import Epoch, Expected, Family, Model, Subject, Task, Trained

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

# Of clean images, the share that is taken for adversarial: Xu et al. 2018, section V.A.
RATE = 0.05

# Of the training data, the share that no network learns from and that sets the thresholds: 500 of 4,000.
_HELD_OUT = 0.125

_GUARDS = ("squeezing", "denoising")

# C&W in longer steps than by default and a quarter of them: 1.66 away in the mean, where DeepFool is 1.90.
ATTACKS: Mapping[str, Attack] = {
    "FGSM 0.1": FGSM(eps=0.1),
    "FGSM 0.2": FGSM(eps=0.2),
    "PGD 0.1": PGD(eps=0.1),
    "DeepFool": DeepFool(),
    "C&W": CarliniWagner(steps=60, searches=4, constant=1.0, learning_rate=0.2),
}


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


def area(quiet: NDArray[Any], raised: NDArray[Any]) -> float:
    """Return the area under the ROC curve of alarms: 1 tells all apart, 0.5 none.

    Args:
        quiet: (n,) alarms at clean images.
        raised: (m,) alarms at adversarial images.
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(np.repeat([0, 1], [len(quiet), len(raised)]), np.concatenate([quiet, raised])))


def fooling(classifier: Model, examples: Examples, images: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which images are adversarial examples: read right before the attack, and wrong after it."""
    before, after = (asked(classifier, each).argmax(axis=1) for each in (examples.x, images))
    return np.asarray((before == examples.y) & (after != examples.y))


def both_sides(model: Family, splits: Splits) -> dict[str, float]:
    """Return how good the classifier and its guards are on clean images, and on those of FGSM(eps=0.1)."""
    test = splits.test
    once = crafted(ATTACKS["FGSM 0.1"], model["classifier"], test, seed=0)
    adversarial = fooling(model["classifier"], test, once)
    measured = {"accuracy": _right(model["classifier"], test.x, test.y)}
    for name in _GUARDS:
        logits, alarm = (part(model[name], output) for output in ("logits", "alarm"))
        quiet, raised = (asked(alarm, images)[:, 0] for images in (test.x, once[adversarial]))
        measured |= {
            f"{name}_accuracy": _right(logits, test.x, test.y),
            f"{name}_fgsm_accuracy": _right(logits, once, test.y),
            f"{name}_false_alarms": float(np.mean(quiet > 0)),
            f"{name}_fgsm_auc": area(quiet, raised),
        }
    return measured


def asked(model: Model, images: NDArray[Any]) -> NDArray[Any]:
    """Return what a model answers to images."""
    import keras

    # Called, and not by `predict`, which compiles each of the many models anew.
    answers = [model(images[start : start + 500], training=False) for start in range(0, len(images), 500)]
    return np.concatenate([keras.ops.convert_to_numpy(each) for each in answers])


def _right(model: Model, images: NDArray[Any], digits: NDArray[Any]) -> float:
    return float(np.mean(asked(model, images).argmax(axis=1) == digits))


def answers_of_the_repaired(result: Trained) -> Subject:
    """Return the denoising guard's answers on the test set."""
    test = result.splits.test
    return Subject(model=part(result.model["denoising"], "logits"), x=test.x, y=test.y)


# The attack that knows the guard has a budget in L2, as rounding withstands small changes of every pixel;
# 3 is less than twice what DeepFool needs in the mean, 1.83.
ADAPTIVE = past_the_guard(eps=3.0, norm=L2, alarm=10, steps=100)

# Few enough to attack in seconds; the tests look at more.
_DRAWN, _DRAWN_ADAPTIVELY = 150, 50


def detected_and_repaired(result: Trained) -> Figure:
    """Draw how well each guard tells adversarial examples from clean images, and what it makes of some."""
    family, test = result.model, result.splits.test
    few = test[:_DRAWN]
    # Once for all attacks, as each of its own compiles the gradient.
    classifier = adapt(family["classifier"], allow_pickle=False)
    attacked = {name: crafted(attack, classifier, few, seed=0) for name, attack in ATTACKS.items()}
    fooled = {name: fooling(family["classifier"], few, images) for name, images in attacked.items()}
    adaptive = {
        name: crafted(ADAPTIVE, with_alarm_as_class(aware(family[name])), few[:_DRAWN_ADAPTIVELY], seed=0)
        for name in _GUARDS
    }
    figure = blank(width=8.4, height=8.2)
    places = figure.add_gridspec(2, 1, height_ratios=(0.95, 1))
    curves, pictures = (figure.add_subfigure(places[row]) for row in range(2))
    for axes, name in zip(curves.subplots(1, 2, sharey=True), _GUARDS, strict=True):
        sets = {attack: images[fooled[attack]] for attack, images in attacked.items()}
        _roc(axes, family[name], test.x, sets | {"knows the guard": adaptive[name]})
        axes.set_title(f"{name}: alarms at images that fool the classifier", fontsize=9)
        axes.set_xlabel("false alarms on clean images")
    curves.axes[0].set_ylabel("alarms on adversarial images")
    shown = {name: (few.x[row], attacked[name][row], few.y[row]) for name, row in _first(fooled).items()}
    joint = with_alarm_as_class(family["denoising"])
    past = ADAPTIVE.goal.reached(asked(joint, adaptive["denoising"]).argmax(axis=1), few.y[:_DRAWN_ADAPTIVELY])
    if past.any():
        row = int(past.argmax())
        shown["knows the guard"] = (few.x[row], adaptive["denoising"][row], few.y[row])
    _strip(pictures, family, shown)
    return figure


def _first(fooled: Mapping[str, NDArray[np.bool_]]) -> dict[str, int]:
    return {name: int(rows.argmax()) for name, rows in fooled.items() if rows.any()}


def _roc(axes: Axes, guard: Model, clean: NDArray[Any], sets: Mapping[str, NDArray[Any]]) -> None:
    """Draw a curve for each set of adversarial images, and where the threshold lies."""
    from sklearn.metrics import roc_curve

    alarm = part(guard, "alarm")
    quiet = asked(alarm, clean)[:, 0]
    for color, (name, images) in zip(LINES, sets.items(), strict=False):
        raised = asked(alarm, images)[:, 0]
        truth = np.repeat([0, 1], [len(quiet), len(raised)])
        false, true, _ = roc_curve(truth, np.concatenate([quiet, raised]))
        label = f"{name}: {area(quiet, raised):.3f}"
        axes.plot(false, true, color=color, label=label, linestyle="--" if "knows" in name else "-")
    axes.axvline(RATE, color="0.6", linewidth=0.8)
    axes.text(RATE * 0.9, 0.02, f"threshold\n({RATE:.0%})", fontsize=7, color="0.4", ha="right")
    # What happens at few false alarms is what counts.
    axes.set(xscale="log", xlim=(1 / len(clean), 1), ylim=(0, 1.02))
    axes.legend(title="area under the curve", fontsize=7, title_fontsize=7, loc="lower right")


def _strip(
    place: SubFigure, family: Family, shown: Mapping[str, tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]
) -> None:
    """Draw clean, attacked, squeezed and repaired images, with what is read in each."""
    rows = ("clean", "attacked", *_GUARDS)
    grid = place.subplots(len(rows), len(shown), squeeze=False)
    for column, (name, (clean, attacked, digit)) in zip(grid.T, shown.items(), strict=True):
        picture(column[0], clean, f"{name}\na {digit}")
        read = asked(family["classifier"], attacked[None])[0].argmax()
        picture(column[1], attacked, f"read {read}")
        for axes, guard in zip(column[2:], _GUARDS, strict=True):
            said = family[guard].predict(attacked[None], verbose=0)
            alarm = ", alarm" if said["alarm"][0, 0] > 0 else ""
            picture(axes, said["purified"][0], f"read {said['logits'][0].argmax()}{alarm}")
    for axes, name in zip(grid[:, 0], rows, strict=True):
        axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)


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
    expected=(Expected(metric="accuracy", value=0.965, tolerance=0.02, source="mnist_5000"),),
    cpu_seconds=80,
    asserted="detection and purification of five attacks, and that an attack through the defence undoes both",
    figure=detected_and_repaired,
)
