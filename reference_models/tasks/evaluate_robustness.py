"""Task 1: one network and five together, measured clean, under augmentation and under attack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_robust import Subject
from pytest_robust.attacks import FGSM, PGD
from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.perturbation import Attack, Clean, Perturbation, Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms import GaussianNoise, Rotate, Translate, Zoom
from reference_models.architectures import mnist_mlp
from reference_models.attacked import attacked
from reference_models.data import mnist
from reference_models.families import Each, ensemble
from reference_models.figures import INK, LINES, blank, picture
from reference_models.supervised import Supervised
from reference_models.task import Examples, Expected, Family, Model, Splits, Task, Trained
from reference_models.task import Subject as Tested

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pytest_robust.core.estimate import Estimate

NAMES = tuple(f"member_{number}" for number in range(1, 6))

FIT = Supervised(epochs=15, batch_size=64, learning_rate=3e-3)

# What another hand, a careless scanner and an adversary do. The last two may change each pixel by a tenth.
CHANGES: dict[str, Perturbation] = {
    "clean": Clean(),
    "turned by up to 15°": Rotate(degrees=15),
    "moved by up to 2 pixels": Translate(width=2 / 28, height=2 / 28),
    "zoomed by up to 15 %": Zoom(factor=0.15),
    "noise of 0.2": GaussianNoise(sigma=0.2),
    "FGSM of 0.1": FGSM(eps=0.1),
    "PGD of 0.1": PGD(eps=0.1),
}


def family() -> Family:
    """Return five networks that differ in the weights they start with, and then in the order they see images in."""
    return {name: mnist_mlp(name) for name in NAMES}


def together(members: Family) -> Model:
    """Return the five as one."""
    return ensemble(list(members.values()), name="five_together")


def fresh(x: Any, y: Any) -> Model:
    """Return a new network that has learned from these examples and from nothing else, for cross-validation."""
    import keras

    # All folds start alike, and differ by their examples alone.
    keras.utils.set_random_seed(0)
    model = mnist_mlp("fold")
    return FIT(model, Examples(x=x, y=y), quick=False, on_epoch=lambda _: None)


def scores(members: Family, splits: Splits) -> dict[str, float]:
    """Return the members' mean scores on the test set, and the accuracy of the five together."""
    from sklearn.metrics import precision_recall_fscore_support

    y = splits.test.y
    answers = {name: model.predict(splits.test.x, batch_size=256, verbose=0) for name, model in members.items()}
    read = [each.argmax(axis=-1) for each in answers.values()]
    macro = np.mean(
        [precision_recall_fscore_support(y, each, average="macro", zero_division=0)[:3] for each in read], axis=0
    )
    five = np.mean(list(answers.values()), axis=0).argmax(axis=-1)
    return {
        "accuracy": float(np.mean([each == y for each in read])),
        **{name: float(value) for name, value in zip(("precision", "recall", "f1"), macro, strict=True)},
        "accuracy_of_five": float(np.mean(five == y)),
    }


def the_first_member(result: Trained) -> Tested:
    """Return the first network and the test set."""
    test = result.splits.test
    return Tested(model=result.model[NAMES[0]], x=test.x, y=test.y)


def accuracies(result: Trained) -> Figure:
    """Draw what each change does to a digit, and to the accuracy of each network and of the five together."""
    test, members = result.splits.test, result.model
    subjects = {name: Subject(model, test.x, test.y) for name, model in members.items()}
    five = Subject(together(members), test.x, test.y)
    figure = blank(width=8.6, height=0.72 * len(CHANGES) + 1.2)
    grid = figure.add_gridspec(len(CHANGES), 2, width_ratios=[1, 6])
    for row, (name, change) in enumerate(CHANGES.items()):
        axes = figure.add_subplot(grid[row, 0])
        picture(axes, _changed(change, members[NAMES[0]], test[:1]))
        axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
    axes = figure.add_subplot(grid[:, 1])
    for row, change in enumerate(CHANGES.values()):
        each = [subject.accuracy(under=change).estimate().value for subject in subjects.values()]
        _row(axes, row, each, five.accuracy(under=change).estimate())
    axes.set(xlim=(0, 1), ylim=(len(CHANGES) - 0.5, -0.5), yticks=[])
    axes.set_xlabel(f"share of {len(test)} test digits read right, clean and changed")
    axes.grid(axis="x", alpha=0.3)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.legend(fontsize=8, frameon=False, loc="upper left")
    figure.suptitle("Five networks and the mean of their answers, each attacked by its own gradients", fontsize=11)
    return figure


def _changed(change: Perturbation, model: Model, one: Examples) -> Any:
    """Return one image after a change."""
    if isinstance(change, Attack):
        return attacked(change, model, one, seed=0).changed[0]
    if isinstance(change, Transform):
        batch = Batch(x=one.x, y=one.y, bounds=Bounds(0, 1))
        return change.apply(batch, Streams.of(0, change.kind, index=np.arange(1))).x[0]
    return one.x[0]


def _row(axes: Axes, row: int, members: list[float], five: Estimate) -> None:
    axes.plot(
        members, [row + 0.16] * len(members), "|", color=LINES[1], markersize=11, label="" if row else "each of five"
    )
    axes.errorbar(
        [five.value],
        [row - 0.16],
        xerr=[[five.value - five.low], [five.high - five.value]],
        fmt="o",
        color=INK,
        markersize=5,
        capsize=3,
        label="" if row else "the five together, 95 % interval",
    )
    axes.annotate(
        f"{five.value:.3f}",
        (five.low, row - 0.16),
        (-6, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=8,
    )


TASK = Task(
    number=1,
    name="evaluate_robustness",
    purpose="Measures a dense network, and five of them together, clean, under augmentation and under attack",
    data="MNIST, 5,000 images embedded; all 70,000 where they are at hand",
    load=mnist.load,
    build=family,
    fit=Each(fits=dict.fromkeys(NAMES, FIT)),
    expected=(
        # Seeds 0 to 4, each the mean of five networks: 0.935, 0.934, 0.935, 0.934, 0.936.
        Expected(metric="accuracy", value=0.935, tolerance=0.005, source="mnist_5000"),
        # 0.936, 0.934, 0.937, 0.936, 0.937. On all of MNIST nothing was measured, so nothing is expected.
        Expected(metric="accuracy_of_five", value=0.936, tolerance=0.007, source="mnist_5000"),
    ),
    cpu_seconds=18,
    asserted="accuracy, precision, recall and F1 fall under each change; five together are not worse than one",
    figure=accuracies,
    measure=scores,
    subject=the_first_member,
)
