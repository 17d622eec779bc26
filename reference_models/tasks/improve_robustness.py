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

__all__ = ["EPS", "MISTAKES", "TASK", "TREATMENTS", "table", "treated"]

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
    "collapsed": "one step, no random start, 3 eps",
}


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


def clean_and_robust(members: Family, splits: Splits) -> dict[str, float]:
    """Return the accuracy of each on the test set, and what PGD of the budget leaves of it."""
    from pytest_robust import Subject as Tested
    from pytest_robust.attacks import PGD

    measured = {}
    for name, model in treated(members).items():
        tested = Tested(model, splits.test.x, splits.test.y)
        measured[f"{name}_clean"] = float(tested.accuracy())
        measured[f"{name}_robust"] = float(tested.accuracy(under=PGD(eps=EPS, steps=20)))
    return measured


def table(result: Trained) -> str:
    """Return the clean and robust accuracy of each in lines of text, as they were measured after training."""
    rows = [
        f"{words:<34}{result.metrics[f'{name}_clean']:>6.3f}{result.metrics[f'{name}_robust']:>8.3f}"
        for name, words in (TREATMENTS | MISTAKES).items()
    ]
    return "\n".join([f"{'':<34}{'clean':>6}{'robust':>8}", *rows])


def clean_against_robust(result: Trained) -> Figure:
    """Draw the clean and the robust accuracy of each, with their intervals."""
    from pytest_robust.statistics.clopper_pearson import clopper_pearson

    n = len(result.splits.test)
    figure = blank(width=8.4, height=4.4)
    figure.suptitle(f"Clean and robust accuracy by treatment ({n:,} test images, 95 % intervals)", fontsize=11)
    heights = [len(TREATMENTS), len(MISTAKES)]
    places = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": heights})
    for axes, named, title in zip(places, (TREATMENTS, MISTAKES), ("treatments", "mistakes"), strict=True):
        for row, name in enumerate(named):
            shares = [result.metrics[f"{name}_{kind}"] for kind in ("clean", "robust")]
            axes.plot(shares, (row, row), color="#bbbbbb", linewidth=1.5, zorder=1)
            for share, colour, word in zip(shares, LINES, ("clean", f"under PGD, eps {EPS:g}"), strict=False):
                interval = clopper_pearson(round(share * n), n, confidence=0.95)
                spread = [[share - interval.low], [interval.high - share]]
                label = word if row == 0 and axes is places[0] else None
                axes.errorbar(share, row, xerr=spread, fmt="o", color=colour, markersize=5, capsize=2.5, label=label)
            axes.text(1.03, row, f"{shares[0]:.3f}  {shares[1]:.3f}", va="center", fontsize=8, family="monospace")
        axes.set_yticks(range(len(named)), list(named.values()), fontsize=9)
        axes.set_ylim(len(named) - 0.5, -0.5)
        axes.set_ylabel(title, fontsize=9)
        axes.grid(axis="x", color="#eeeeee")
        axes.spines[["top", "right"]].set_visible(False)
    places[0].text(1.03, -0.8, "clean  robust", va="center", fontsize=8, family="monospace")
    places[1].set(xlim=(0, 1.15), xticks=np.linspace(0, 1, 6), xlabel="accuracy")
    places[0].legend(loc="lower left", fontsize=8, frameon=False)
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
            "collapsed": replace(_ADVERSARIAL, eps=3 * EPS, step_size=3 * EPS, start=0.0),
        }
    ),
    expected=(Expected(metric="pgd_robust", value=0.9, tolerance=0.03, source="mnist_5000"),),
    cpu_seconds=110,
    asserted="adversarial training withstands PGD where nothing else does, at little cost in accuracy",
    figure=clean_against_robust,
    measure=clean_and_robust,
    subject=the_defended_one,
)
