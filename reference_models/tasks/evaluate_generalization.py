"""Task 9: what a model is worth on examples it has not seen, and how to fool oneself about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reference_models.architectures import digit_mlp, tumour_mlp
from reference_models.data import breast_cancer, mnist
from reference_models.data.breast_cancer import MALIGNANT
from reference_models.families import Each
from reference_models.figures import INK, LINES, blank
from reference_models.splits import Examples, Splits
from reference_models.task import Epoch, Expected, Family, Fit, Model, Subject, Task, Trained

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FOLDS = 5

_NAMES = tuple(f"fold_{number}" for number in range(FOLDS))
_DIGITS = 1500
# The least that still runs every line.
_QUICK_EXAMPLES = 256
# Where a legend hides no line.
_BELOW: Any = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.16), "ncols": 2, "fontsize": 8, "frameon": False}
# Of the training data of a fold; all of it, about 318, comes from the networks that ship.
_FEWER = (20, 50, 120)


def digits() -> Examples:
    """Return the digits that are dealt into folds: always the embedded ones, for which the networks that ship are."""
    return mnist.read(mnist.EMBEDDED, source="mnist_5000").train[:_DIGITS]


def unseen_digits() -> Examples:
    """Return digits that no network here has learned from."""
    return mnist.read(mnist.EMBEDDED, source="mnist_5000").test


def fold_of(labels: NDArray[Any]) -> NDArray[np.int64]:
    """Return the fold of each example, 0 to FOLDS - 1; each fold holds its share of each class.

    Args:
        labels: (n,) classes.
    """
    from sklearn.model_selection import StratifiedKFold

    folds = np.empty(len(labels), np.int64)
    dealt = StratifiedKFold(FOLDS, shuffle=True, random_state=9).split(labels, labels)
    for number, (_, held) in enumerate(dealt):
        folds[held] = number
    return folds


def side_by_side(build: Callable[[str], Model]) -> Model:
    """Return a network for each fold as one model: (n, ...) to (n, FOLDS, classes).

    They share nothing but the input; `model.get_layer("fold_0")` is the first.

    Args:
        build: Returns a fresh network of this name.
    """
    import keras

    networks = [build(name) for name in _NAMES]
    x = keras.Input(networks[0].input_shape[1:])
    return keras.Model(x, keras.ops.stack([network(x) for network in networks], axis=1))


def family() -> Family:
    """Return a network for the tumours, and networks for the folds of tumours and digits."""
    return {
        "tumours": tumour_mlp(),
        "tumours_folds": side_by_side(tumour_mlp),
        "digits_folds": side_by_side(digit_mlp),
        "digits_reused": side_by_side(digit_mlp),
    }


@dataclass(frozen=True, kw_only=True)
class Learning:
    """Adam on all it is given: what came of it is for the examples that were left out to say.

    A layer that standardises learns mean and spread here too, from the same examples and no others.

    Args:
        epochs: Passes over the examples.
        batch_size: Examples a step.
        learning_rate: At the start; it falls to zero.
    """

    epochs: int
    batch_size: int
    learning_rate: float

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit a model that returns class probabilities."""
        import keras

        epochs = 1 if quick else self.epochs
        train = train[:_QUICK_EXAMPLES] if quick else train
        for layer in model.layers:
            if isinstance(layer, keras.layers.Normalization):
                layer.adapt(train.x)
        # The optimizer belongs to this outer model, so that the inner one is saved without it.
        learner = keras.Sequential([keras.Input(model.input_shape[1:]), model])
        rate = keras.optimizers.schedules.CosineDecay(self.learning_rate, epochs * -(-len(train) // self.batch_size))
        learner.compile(keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        tell = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: on_epoch(Epoch(number=epoch + 1, of=epochs, figures=dict(logs)))
        )
        learner.fit(train.x, train.y, batch_size=self.batch_size, epochs=epochs, verbose=0, callbacks=[tell])
        return model


@dataclass(frozen=True, kw_only=True)
class Without:
    """Fits on the examples of all folds but one.

    Args:
        fold: The one that is left out.
        fit: How.
    """

    fold: int
    fit: Fit

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit a network that is to be asked about the fold."""
        rows = fold_of(train.y) != self.fold
        return self.fit(model, Examples(x=train.x[rows], y=train.y[rows]), quick=quick, on_epoch=on_epoch)


@dataclass(frozen=True, kw_only=True)
class GoesOn:
    """Fits from where another network has come to.

    Args:
        before: The other network.
        fit: How.
    """

    before: Model
    fit: Fit

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit a network that starts as the other has ended."""
        model.set_weights(self.before.get_weights())
        return self.fit(model, train, quick=quick, on_epoch=on_epoch)


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """Fits of networks side by side each on what the others' folds hold, and from its own start.

    Args:
        fit: How one is fitted.
    """

    fit: Fit

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit all of them."""
        ways = {name: Without(fold=fold, fit=self.fit) for fold, name in enumerate(_NAMES)}
        Each(fits=ways)(_networks(model), train, quick=quick, on_epoch=on_epoch)
        return model


@dataclass(frozen=True, kw_only=True)
class Reused:
    """Makes the mistake: one network for all folds, which goes on to learn when the next fold's turn comes.

    Network k of those side by side is what it was when fold k was asked about. From the second
    fold on it has learned from what it is asked about, in the turns before.

    Args:
        fit: How it is fitted in each turn.
    """

    fit: Fit

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit one after another."""
        networks = _networks(model)
        ways: dict[str, Fit] = {name: Without(fold=fold, fit=self.fit) for fold, name in enumerate(_NAMES)}
        for before, name in pairwise(_NAMES):
            ways[name] = GoesOn(before=networks[before], fit=ways[name])
        Each(fits=ways)(networks, train, quick=quick, on_epoch=on_epoch)
        return model


@dataclass(frozen=True, kw_only=True)
class OnDigits:
    """Fits on the digits, whatever else the task learns from.

    Args:
        fit: How.
    """

    fit: Fit

    def __call__(
        self,
        model: Model,
        train: Examples,  # noqa: ARG002 - the tumours
        *,
        quick: bool,
        on_epoch: Callable[[Epoch], None],
    ) -> Model:
        """Fit a model of digits."""
        return self.fit(model, digits(), quick=quick, on_epoch=on_epoch)


LEARN_TUMOURS = Learning(epochs=12, batch_size=32, learning_rate=1e-2)
LEARN_DIGITS = Learning(epochs=12, batch_size=32, learning_rate=1e-2)


def _networks(model: Model) -> dict[str, Model]:
    return {name: model.get_layer(name) for name in _NAMES}


def answers_of_the_others(model: Model, examples: Examples) -> NDArray[np.float64]:
    """Return the (n, classes) probabilities that each example has from the network which has not learned from it.

    Args:
        model: Networks side by side.
        examples: Those that were dealt into folds.
    """
    answers = np.asarray(model.predict(examples.x, batch_size=256, verbose=0), np.float64)
    return answers[np.arange(len(examples)), fold_of(examples.y)]


def accuracy_of_folds(model: Model, examples: Examples) -> NDArray[np.float64]:
    """Return the (FOLDS,) accuracies of networks side by side, each on the fold it was kept from."""
    right = answers_of_the_others(model, examples).argmax(axis=1) == examples.y
    folds = fold_of(examples.y)
    return np.array([right[folds == fold].mean() for fold in range(FOLDS)])


def accuracy_elsewhere(model: Model, examples: Examples) -> NDArray[np.float64]:
    """Return the (FOLDS,) accuracies of networks side by side on examples that none of them has learned from."""
    answers = np.asarray(model.predict(examples.x, batch_size=256, verbose=0))
    return np.asarray((answers.argmax(axis=2) == examples.y[:, None]).mean(axis=0), np.float64)


def auc_of_folds(model: Model, examples: Examples) -> NDArray[np.float64]:
    """Return the (FOLDS,) areas under the ROC curve; of several classes the mean of each one against the rest."""
    from sklearn.metrics import roc_auc_score

    answers, folds = answers_of_the_others(model, examples), fold_of(examples.y)
    scores = answers[:, MALIGNANT] if answers.shape[1] == 2 else answers
    held = [folds == fold for fold in range(FOLDS)]
    return np.array([roc_auc_score(examples.y[rows], scores[rows], multi_class="ovr") for rows in held])


def generalization(model: Family, splits: Splits) -> Mapping[str, float]:
    """Return accuracy and AUC on the test set, and what cross-validation says of both without it."""
    from sklearn.metrics import roc_auc_score

    answers = np.asarray(model["tumours"].predict(splits.test.x, batch_size=256, verbose=0))
    return {
        "accuracy": float(np.mean(answers.argmax(axis=1) == splits.test.y)),
        "auc": float(roc_auc_score(splits.test.y, answers[:, MALIGNANT])),
        "cv_accuracy": float(accuracy_of_folds(model["tumours_folds"], splits.train).mean()),
        "cv_auc": float(auc_of_folds(model["tumours_folds"], splits.train).mean()),
        "digits_cv_accuracy": float(accuracy_of_folds(model["digits_folds"], digits()).mean()),
        "digits_cv_auc": float(auc_of_folds(model["digits_folds"], digits()).mean()),
        "digits_reused_last_fold": float(accuracy_of_folds(model["digits_reused"], digits())[-1]),
    }


def tumours_on_their_test_set(result: Trained) -> Subject:
    """Return the network that has learned from all training data, and the test set."""
    return Subject(model=result.model["tumours"], x=result.splits.test.x, y=result.splits.test.y)


def standardised(subject: Subject) -> Subject:
    """Return the network behind its standardisation, and the examples in standard deviations.

    There a budget means the same in each measure: an area is in the hundreds, a smoothness under one.

    Args:
        subject: A network that begins with a layer that standardises.
    """
    import keras

    first, *rest = subject.model.layers
    inner = keras.Sequential([keras.Input(subject.model.input_shape[1:]), *rest], name="behind_standardisation")
    return Subject(model=inner, x=np.asarray(first(subject.x)), y=subject.y)


@dataclass(frozen=True, kw_only=True)
class LearningCurve:
    """Accuracies of fresh networks by how many examples they learned from.

    Args:
        sizes: (s,) numbers of examples.
        seen: (s, FOLDS) accuracies on those.
        unseen: (s, FOLDS) accuracies on the fold that was left out.
    """

    sizes: Sequence[int]
    seen: NDArray[np.float64]
    unseen: NDArray[np.float64]


def learning_curve(train: Examples, *, whole: Model, seed: int, sizes: Sequence[int] = _FEWER) -> LearningCurve:
    """Fit a fresh network for each fold and size, on the first of the examples of the other folds.

    Args:
        train: The examples that are dealt into folds.
        whole: Networks side by side that have learned from all of the other folds: the curve's end.
        seed: Their weights follow from it.
        sizes: Numbers of examples to learn from, ascending, fewer than four folds hold.
    """
    import keras

    keras.utils.set_random_seed(seed)
    folds = fold_of(train.y)
    points = []
    for size in sizes:
        # As many steps at each size as four folds take, so that only the examples differ.
        learn = replace(LEARN_TUMOURS, batch_size=-(-size // 10))
        rows = [np.flatnonzero(folds != fold)[:size] for fold in range(FOLDS)]
        points.append(
            [
                learn(tumour_mlp(), Examples(x=train.x[each], y=train.y[each]), quick=False, on_epoch=lambda _: None)
                for each in rows
            ]
        )
    points.append(list(_networks(whole).values()))
    sizes = [*sizes, int(np.sum(folds != 0))]
    right = np.array([[np.asarray(network(train.x)).argmax(axis=1) == train.y for network in row] for row in points])
    held = [folds == fold for fold in range(FOLDS)]
    return LearningCurve(
        sizes=sizes,
        seen=np.array(
            [
                [row[fold][~held[fold]][:size].mean() for fold in range(FOLDS)]
                for size, row in zip(sizes, right, strict=True)
            ]
        ),
        unseen=np.array([[row[fold][held[fold]].mean() for fold in range(FOLDS)] for row in right]),
    )


def what_it_is_worth(result: Trained) -> Figure:
    """Draw ROC curves of tumours and digits, the learning curve, and folds with and without the leak."""
    figure = blank(width=10.5, height=8)
    (tumours, one_vs_rest), (curve, leak) = figure.subplots(2, 2)
    _draw_tumours(tumours, result)
    _draw_digits(one_vs_rest, result)
    _draw_learning_curve(curve, result)
    _draw_leak(leak, result)
    for axes in (tumours, one_vs_rest, curve, leak):
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        axes.title.set_fontsize(10)
    return figure


def _draw_tumours(axes: Axes, result: Trained) -> None:
    from sklearn.metrics import roc_auc_score, roc_curve

    train, test = result.splits.train, result.splits.test
    answers, folds = answers_of_the_others(result.model["tumours_folds"], train)[:, MALIGNANT], fold_of(train.y)
    areas = auc_of_folds(result.model["tumours_folds"], train)
    for fold in range(FOLDS):
        rows = folds == fold
        label = f"{FOLDS} folds: AUC {areas.mean():.3f} ± {areas.std(ddof=1):.3f}" if fold == 0 else None
        axes.plot(*roc_curve(train.y[rows], answers[rows])[:2], color=LINES[4], linewidth=1, label=label)
    scores = np.asarray(result.model["tumours"].predict(test.x, verbose=0))[:, MALIGNANT]
    label = f"test set: AUC {roc_auc_score(test.y, scores):.3f}"
    axes.plot(*roc_curve(test.y, scores)[:2], color=INK, linewidth=2, label=label)
    axes.set(title="Malignant or benign: the upper left corner of the ROC", xlim=(-0.005, 0.3), ylim=(0.7, 1.01))
    axes.set(xlabel="benign called malignant", ylabel="malignant found")
    axes.legend(loc="lower right", fontsize=8)


def _draw_digits(axes: Axes, result: Trained) -> None:
    from sklearn.metrics import roc_auc_score, roc_curve

    examples = digits()
    answers = answers_of_the_others(result.model["digits_folds"], examples)
    # Ten lines, seven colours: the last three are dashed.
    styles = [("-", color) for color in LINES] + [("--", color) for color in LINES]
    for digit, (style, color) in zip(range(10), styles, strict=False):
        one = examples.y == digit
        area = roc_auc_score(one, answers[:, digit])
        axes.plot(
            *roc_curve(one, answers[:, digit])[:2], style, color=color, linewidth=1.2, label=f"{digit}: AUC {area:.3f}"
        )
    title = f"Each digit against the rest: ROC, {len(examples):,} digits in {FOLDS} folds"
    axes.set(title=title, xlabel="others taken for it (logarithmic)", ylabel="found", xscale="log", xlim=(5e-4, 1))
    axes.legend(loc="lower right", fontsize=7, ncols=2)


def _draw_learning_curve(axes: Axes, result: Trained) -> None:
    curve = learning_curve(result.splits.train, whole=result.model["tumours_folds"], seed=result.seed)
    for name, accuracies, color in (("learned from", curve.seen, LINES[1]), ("left out", curve.unseen, LINES[0])):
        mean, spread = accuracies.mean(axis=1), accuracies.std(axis=1, ddof=1)
        axes.plot(curve.sizes, mean, "o-", color=color, label=f"tumours {name}")
        axes.fill_between(curve.sizes, mean - spread, mean + spread, color=color, alpha=0.2, linewidth=0)
    axes.set(title=f"Learning curve: mean and standard deviation of {FOLDS} folds", xscale="log")
    axes.set(xlabel="tumours learned from (logarithmic)", ylabel="accuracy")
    axes.set_xticks(curve.sizes, [str(size) for size in curve.sizes], minor=False)
    axes.set_xticks([], minor=True)
    axes.legend(**_BELOW)


def _draw_leak(axes: Axes, result: Trained) -> None:
    examples, unseen, turns = digits(), unseen_digits(), np.arange(1, FOLDS + 1)
    for name, member, color in (
        ("fresh for each fold", "digits_folds", LINES[0]),
        ("used again", "digits_reused", LINES[1]),
    ):
        model = result.model[member]
        axes.plot(turns, accuracy_of_folds(model, examples), "o-", color=color, label=f"{name}: on the fold")
        axes.plot(turns, accuracy_elsewhere(model, unseen), "x:", color=color, label=f"{name}: on new digits")
    axes.set(title="What a network used again claims, and what it is worth", xlabel="fold", ylabel="accuracy")
    axes.set_xticks(turns)
    axes.legend(**_BELOW)


TASK = Task(
    number=9,
    name="evaluate_generalization",
    purpose="What a model is worth on examples it has not seen: folds, ROC curves, and the leak of a model used again",
    data="569 tumours with 30 measures, of which scikit-learn has a copy; 1,500 digits of MNIST",
    load=breast_cancer.load,
    build=family,
    fit=Each(
        fits={
            "tumours": LEARN_TUMOURS,
            "tumours_folds": Fresh(fit=LEARN_TUMOURS),
            "digits_folds": OnDigits(fit=Fresh(fit=LEARN_DIGITS)),
            "digits_reused": OnDigits(fit=Reused(fit=LEARN_DIGITS)),
        }
    ),
    expected=(
        # Seeds 0 to 4: 0.971, 0.982, 0.982, 0.977, 0.988.
        Expected(metric="accuracy", value=0.98, tolerance=0.02, source="breast_cancer"),
        # 0.994, 0.992, 0.993, 0.992, 0.994.
        Expected(metric="auc", value=0.993, tolerance=0.007, source="breast_cancer"),
        # 0.967, 0.972, 0.975, 0.970, 0.960.
        Expected(metric="cv_accuracy", value=0.969, tolerance=0.015, source="breast_cancer"),
        # 0.998, 0.995, 0.993, 0.997, 0.996.
        Expected(metric="cv_auc", value=0.996, tolerance=0.005, source="breast_cancer"),
        # 0.877, 0.884, 0.896, 0.884, 0.885.
        Expected(metric="digits_cv_accuracy", value=0.885, tolerance=0.02, source="breast_cancer"),
        # 0.989, 0.989, 0.989, 0.988, 0.989.
        Expected(metric="digits_cv_auc", value=0.989, tolerance=0.004, source="breast_cancer"),
        # 0.990, 0.990, 0.980, 0.987, 0.990: the leak.
        Expected(metric="digits_reused_last_fold", value=0.987, tolerance=0.013, source="breast_cancer"),
    ),
    cpu_seconds=27,
    asserted="AUC; generalization gap; folds against the test set, a model used again refused; faults in columns; PGD",
    figure=what_it_is_worth,
    measure=generalization,
    subject=tumours_on_their_test_set,
)
