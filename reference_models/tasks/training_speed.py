"""Task 17: ways to train faster, or in less memory, and what the model keeps of its robustness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_models.accuracy import accuracy
from reference_models.data import mnist
from reference_models.families import Each
from reference_models.figures import LINES, blank
from reference_models.speed.ways import SAME_TO_THE_BIT, SHIPPED, WAYS, network
from reference_models.task import Expected, Family, Splits, Subject, Task, Trained

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from reference_models.speed.table import Measured

__all__ = ["EPS", "KINDS", "TASK"]

EPS = 0.05
# Enough to be told, and few enough to be asked again at each test of what ships.
_ATTACKED, _STEPS = 400, 5
KINDS = ("accuracy", "robust")
_COLOURS, _MARKS = (LINES[0], LINES[1]), ("o", "s")


def networks() -> Family:
    """Return a network for each way with a model of its own, all with the same weights to begin with."""
    first, *others = (network(name) for name in SHIPPED)
    for other in others:
        other.set_weights(first.get_weights())
    return dict(zip(SHIPPED, (first, *others), strict=True))


def clean_and_robust(members: Family, splits: Splits) -> dict[str, float]:
    """Return the accuracy of each on the test set, and what PGD leaves of the first of it."""
    from pytest_robust import Subject as Tested
    from pytest_robust.attacks import PGD

    few, measured = splits.test[:_ATTACKED], {}
    for name, model in members.items():
        measured[f"{name}_accuracy"] = accuracy(model, splits)["accuracy"]
        attacked = Tested(model, few.x, few.y).accuracy(under=PGD(eps=EPS, steps=_STEPS))
        measured[f"{name}_robust"] = float(attacked)
    return measured


def the_fastest(result: Trained) -> Subject:
    """Return the model that was trained by all that helps, and the test set."""
    test = result.splits.test
    return Subject(model=result.model["together"], x=test.x, y=test.y)


def time_and_accuracy(result: Trained) -> Figure:
    """Draw what each way costs, as the committed table has it, beside the accuracy that it leads to."""
    from reference_models.speed.table import read

    measured = read()
    figure = blank(width=10.4, height=5.6)
    figure.suptitle("What a way to train costs, and what it leads to", fontsize=11)
    times, shares = figure.subplots(1, 2, sharey=True, width_ratios=[1, 1])
    _times(times, measured)
    _shares(shares, result)
    words = [way.words for way in WAYS.values()]
    times.set_yticks(range(len(words)), words, fontsize=9)
    times.set_ylim(len(words) - 0.5, -0.5)
    for axes in (times, shares):
        axes.grid(axis="x", color="#eeeeee")
        axes.spines[["top", "right"]].set_visible(False)
    figure.text(0.01, 0.01, "\n".join(_lines(measured.how)), fontsize=6.5, color="#555555", va="bottom")
    figure.get_layout_engine().set(rect=(0, 0.07, 1, 0.93))  # type: ignore[union-attr, call-arg]  # `blank` has one
    return figure


def _lines(how: str) -> list[str]:
    from textwrap import wrap

    return wrap(how.replace("`", ""), 190)


def _times(axes: Axes, measured: Measured) -> None:
    for place, (name, colour) in enumerate((("time", LINES[0]), ("processor_time", LINES[5]))):
        for row, way in enumerate(WAYS):
            each = getattr(measured, name)[way]
            spread = [[each.value - each.low], [each.high - each.value]]
            axes.errorbar(
                each.value,
                row + 0.3 * (place - 0.5),
                xerr=spread,
                fmt="os"[place],
                color=colour,
                markersize=4.5,
                capsize=2.5,
            )
    axes.axvline(1, color="#888888", linewidth=1, linestyle="--")
    axes.set_xscale("log")
    axes.set_xlabel("training time, as a share of the plain one's")
    ticks = (0.5, 0.7, 1, 1.5, 2, 3, 5)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_title("less is faster (medians, 95 % intervals)", fontsize=9)
    axes.legend(axes.containers[:: len(WAYS)], ("by the clock", "of the processor"), fontsize=8, frameon=False)


def _shares(axes: Axes, result: Trained) -> None:
    from pytest_robust.statistics.clopper_pearson import clopper_pearson

    every = len(result.splits.test)
    asked = dict(zip(KINDS, (every, min(every, _ATTACKED)), strict=True))
    for kind, colour, mark in zip(KINDS, _COLOURS, _MARKS, strict=True):
        n = asked[kind]
        for row, way in enumerate(WAYS):
            name = "plain" if way in SAME_TO_THE_BIT else way
            share = result.metrics.get(f"{name}_{kind}")
            if share is None:
                continue
            interval = clopper_pearson(round(share * n), n, confidence=0.95)
            spread: Any = [[share - interval.low], [interval.high - share]]
            axes.errorbar(share, row, xerr=spread, fmt=mark, color=colour, markersize=4.5, capsize=2.5)
            axes.text(share, row - 0.18, f"{share:.3f}", ha="center", va="bottom", fontsize=7, color=colour)
    axes.text(
        0.72, list(WAYS).index("jit"), "as the plain one but for rounding; does not ship", fontsize=7, va="center"
    )
    axes.set(xlim=(0.7, 1.0), xlabel=f"share read right of {every:,} test digits, attacked {asked[KINDS[1]]}")
    axes.set_title(f"clean, and under PGD of eps {EPS:g} (95 % intervals)", fontsize=9)
    axes.legend(
        axes.containers[:: len(SHIPPED) + len(SAME_TO_THE_BIT)],
        ("clean", "attacked"),
        fontsize=8,
        frameon=False,
        loc="center left",
    )


TASK = Task(
    number=17,
    name="training_speed",
    purpose="Ways to train one network faster or in less memory, each measured beside the plain one",
    data="MNIST, 5,000 images embedded; all 70,000 where they are at hand",
    load=mnist.load,
    build=networks,
    fit=Each(fits={name: WAYS[name] for name in SHIPPED}),
    # What the original 70,000 images give has not been measured here.
    expected=(
        # Seeds 0 to 2: 0.951, 0.956, 0.956.
        Expected(metric="plain_accuracy", value=0.955, tolerance=0.015, source="mnist_5000"),
        # Seeds 0 to 2: 0.952, 0.958, 0.955.
        Expected(metric="accumulated_accuracy", value=0.955, tolerance=0.015, source="mnist_5000"),
        # Seeds 0 to 2: 0.956, 0.953, 0.949.
        Expected(metric="large_batch_accuracy", value=0.953, tolerance=0.015, source="mnist_5000"),
        # Seeds 0 to 2: 0.929, 0.920, 0.928.
        Expected(metric="unscaled_accuracy", value=0.926, tolerance=0.018, source="mnist_5000"),
        # Seeds 0 to 2: 0.958, 0.961, 0.961.
        Expected(metric="cosine_accuracy", value=0.96, tolerance=0.013, source="mnist_5000"),
        # Seeds 0 to 2: 0.959, 0.967, 0.957.
        Expected(metric="warm_up_accuracy", value=0.961, tolerance=0.015, source="mnist_5000"),
        # Seeds 0 to 2: 0.963, 0.972, 0.968.
        Expected(metric="plateau_accuracy", value=0.968, tolerance=0.013, source="mnist_5000"),
        # Seeds 0 to 2: 0.956, 0.961, 0.954.
        Expected(metric="together_accuracy", value=0.957, tolerance=0.013, source="mnist_5000"),
    ),
    cpu_seconds=125,
    asserted="accuracy, and what an attack and noise leave of it, are not worse for having been trained faster",
    figure=time_and_accuracy,
    measure=clean_and_robust,
    subject=the_fastest,
)
