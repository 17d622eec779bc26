"""Task 5: what makes a classifier withstand attacks, and what only seems to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reference_models.adversarial import AdversarialTraining
from reference_models.architectures import small_cnn
from reference_models.data import mnist
from reference_models.families import Each, ensemble
from reference_models.figures import LINES, blank
from reference_models.supervised import Supervised
from reference_models.task import Expected, Family, Model, Splits, Subject, Task, Trained
from reference_models.tasks.mnist_cnn import small_moves

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["EPS", "KINDS", "MISTAKES", "TASK", "TREATMENTS", "table", "treated"]

EPS = 0.1

# As the table and the figure have them.
TREATMENTS = {
    "plain": "no treatment",
    "augmented": "augmentation: small moves",
    "l1_l2": "L1 and L2 penalty",
    "dropout": "dropout",
    "ensemble": "ensemble of three",
    "fgsm": "adversarial training, one step",
    "pgd": "adversarial training, PGD",
}
MISTAKES = {
    "flipped": "augmentation: mirrored digits",
    "noise": "random noise instead of attacks",
    "collapsed": f"one step, no random start; at eps {3 * EPS:g}",
}
KINDS = ("clean", "one_step", "robust")
_COLOURS, _MARKS = (LINES[0], LINES[3], LINES[1]), ("o", "^", "s")


def networks() -> Family:
    """Return a fresh network for each member; the ensemble is the plain one and two more of its kind."""
    plain = ("plain", "plain_2", "plain_3", "augmented", "fgsm", "pgd", "flipped", "noise", "collapsed")
    return {
        **{name: small_cnn(name) for name in plain},
        "l1_l2": small_cnn("l1_l2", l1=1e-5, l2=1e-3),
        "dropout": small_cnn("dropout", dropout=0.5),
    }


def mirrored() -> list[Any]:
    """Return a layer that mirrors half of the images, as is done with photographs."""
    import keras

    return [keras.layers.RandomFlip("horizontal")]


def noise() -> list[Any]:
    """Return a layer that adds noise which is mostly larger than the budget."""
    import keras

    return [keras.layers.GaussianNoise(EPS)]


_PLAIN = Supervised(epochs=8, batch_size=64, learning_rate=3e-3)
# A step of 1.25 eps from a random start, as Wong et al. have it.
_ADVERSARIAL = AdversarialTraining(
    eps=EPS, steps=1, step_size=1.25 * EPS, start=EPS, epochs=10, batch_size=64, learning_rate=3e-3
)


def treated(members: Family) -> dict[str, Model]:
    """Return the model of each treatment and mistake, by name."""
    made = ensemble([members["plain"], members["plain_2"], members["plain_3"]])
    return {name: made if name == "ensemble" else members[name] for name in (*TREATMENTS, *MISTAKES)}


def budget(name: str) -> float:
    """Return the budget that a member is attacked with: the one that it was to withstand."""
    return 3 * EPS if name == "collapsed" else EPS


def clean_and_robust(members: Family, splits: Splits) -> dict[str, float]:
    """Return the accuracy of each on the test set, and what one step and many of the budget leave of it."""
    from pytest_robust import Subject as Tested
    from pytest_robust.attacks import FGSM, PGD

    measured = {}
    for name, model in treated(members).items():
        tested = Tested(model, splits.test.x, splits.test.y)
        measured[f"{name}_clean"] = float(tested.accuracy())
        measured[f"{name}_one_step"] = float(tested.accuracy(under=FGSM(eps=budget(name))))
        measured[f"{name}_robust"] = float(tested.accuracy(under=PGD(eps=budget(name), steps=20)))
    return measured


def table(result: Trained) -> str:
    """Return what was measured of each after training, in lines of text."""
    rows = [
        f"{words:<38}" + "".join(f"{result.metrics[f'{name}_{kind}']:>10.3f}" for kind in KINDS)
        for name, words in (TREATMENTS | MISTAKES).items()
    ]
    return "\n".join([f"{'':<38}" + "".join(f"{kind.replace('_', ' '):>10}" for kind in KINDS), *rows])


def clean_against_robust(result: Trained) -> Figure:
    """Draw the clean and the robust accuracy of each, with their intervals."""
    from pytest_robust.statistics.clopper_pearson import clopper_pearson

    n = len(result.splits.test)
    figure = blank(width=9.2, height=4.8)
    figure.suptitle(f"Accuracy by treatment, clean and under attack ({n:,} test images, 95 % intervals)", fontsize=11)
    heights = [len(TREATMENTS), len(MISTAKES)]
    places = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": heights})
    for axes, named, title in zip(places, (TREATMENTS, MISTAKES), ("treatments", "mistakes"), strict=True):
        for row, name in enumerate(named):
            shares = [result.metrics[f"{name}_{kind}"] for kind in KINDS]
            axes.plot((min(shares), max(shares)), (row, row), color="#bbbbbb", linewidth=1.5, zorder=1)
            for share, colour, mark in zip(shares, _COLOURS, _MARKS, strict=True):
                interval = clopper_pearson(round(share * n), n, confidence=0.95)
                spread = [[share - interval.low], [interval.high - share]]
                axes.errorbar(share, row, xerr=spread, fmt=mark, color=colour, markersize=5, capsize=2.5)
            numbers = "  ".join(f"{share:.3f}" for share in shares)
            axes.text(1.03, row, numbers, va="center", fontsize=8, family="monospace")
        axes.set_yticks(range(len(named)), list(named.values()), fontsize=9)
        axes.set_ylim(len(named) - 0.5, -0.5)
        axes.set_ylabel(title, fontsize=9)
        axes.grid(axis="x", color="#eeeeee")
        axes.spines[["top", "right"]].set_visible(False)
    places[0].text(1.03, -0.8, "clean  FGSM   PGD", va="center", fontsize=8, family="monospace")
    places[1].set(xlim=(0, 1.22), xticks=np.linspace(0, 1, 6), xlabel="accuracy")
    words = ("clean", f"one step (FGSM), eps {EPS:g}", f"20 steps (PGD), eps {EPS:g}")
    places[0].legend(places[0].containers[: len(KINDS)], words, loc="lower left", fontsize=8, frameon=False)
    return figure


def the_defended_one(result: Trained) -> Subject:
    """Return the model that PGD trained, and the test set."""
    return Subject(model=result.model["pgd"], x=result.splits.test.x, y=result.splits.test.y)


TASK = Task(
    number=5,
    name="improve_robustness",
    purpose="What makes a classifier withstand attacks: seven treatments of one network, and three that only seem to",
    data="MNIST, 5,000 images embedded; all 70,000 where they are at hand",
    load=mnist.load,
    build=networks,
    fit=Each(
        fits={
            **dict.fromkeys(("plain", "plain_2", "plain_3", "l1_l2", "dropout"), _PLAIN),
            "augmented": replace(_PLAIN, augment=small_moves),
            "flipped": replace(_PLAIN, augment=mirrored),
            "noise": replace(_PLAIN, augment=noise),
            "fgsm": _ADVERSARIAL,
            "pgd": replace(_ADVERSARIAL, steps=4, step_size=EPS / 2),
            "collapsed": replace(
                _ADVERSARIAL, eps=3 * EPS, step_size=3 * EPS, start=0.0, epochs=8, learning_rate=1.5e-3
            ),
        }
    ),
    # What the original 70,000 images give has not been measured here.
    expected=(
        # Seeds 0 to 2: 0.962, 0.965, 0.958.
        Expected(metric="plain_clean", value=0.962, tolerance=0.012, source="mnist_5000"),
        # Seeds 0 to 2: 0.645, 0.587, 0.642.
        Expected(metric="plain_robust", value=0.625, tolerance=0.07, source="mnist_5000"),
        # Seeds 0 to 2: 0.731, 0.720, 0.711.
        Expected(metric="ensemble_robust", value=0.72, tolerance=0.04, source="mnist_5000"),
        # Seeds 0 to 2: 0.873, 0.817, 0.886. Of the second, many steps break a tenth more than one: it has begun to
        # withstand its own step alone, as the fast method can.
        Expected(metric="fgsm_robust", value=0.86, tolerance=0.06, source="mnist_5000"),
        # Seeds 0 to 2: 0.974, 0.970, 0.973.
        Expected(metric="pgd_clean", value=0.972, tolerance=0.01, source="mnist_5000"),
        # Seeds 0 to 2: 0.893, 0.897, 0.904.
        Expected(metric="pgd_robust", value=0.898, tolerance=0.02, source="mnist_5000"),
        # Seeds 0 to 2: 0.925, 0.933, 0.935.
        Expected(metric="flipped_clean", value=0.931, tolerance=0.02, source="mnist_5000"),
        # Seeds 0 to 2: 0.031, 0.038, 0.041, where one step leaves 0.556, 0.359, 0.463.
        Expected(metric="collapsed_robust", value=0.037, tolerance=0.03, source="mnist_5000"),
    ),
    cpu_seconds=135,
    asserted="adversarial training withstands PGD where nothing else does, at little cost in accuracy",
    figure=clean_against_robust,
    measure=clean_and_robust,
    subject=the_defended_one,
)
