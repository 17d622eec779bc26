"""Task 13: models that learn while they are used, from streams that change on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from reference_models.data import mnist
from reference_models.figures import LINES, blank
from reference_models.streams.concepts import RARE, mirrored
from reference_models.streams.courses import COURSES, networks, replay, taken
from reference_models.streams.prequential import Log
from reference_models.task import Epoch, Examples, Expected, Family, Splits, Subject, Task, Trained

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["SHOWN", "TASK", "drawn", "looked_for"]

# The least that still runs every line: two blocks of the longest.
_QUICK_EXAMPLES = 1000

# What is replayed for the figure: `online` costs more than all of these together.
SHOWN = ("mini_batch", "incremental", "falling", "scikit_learn", "river", "gradual", "recurring")
_WINDOW = 200


def along_their_streams(model: Family, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Family:
    """Take each network through its course, once and in order."""
    train = train[:_QUICK_EXAMPLES] if quick else train
    for number, (name, network) in enumerate(model.items(), 1):
        log = taken(COURSES[name], network, train)
        figures = {"prequential accuracy": float(log.right.mean())}
        on_epoch(Epoch(number=number, of=len(model), figures=figures))
    return model


def looked_for(test: Examples) -> Examples:
    """Return test images with the label 1 where they show the rare digit, and 0 elsewhere."""
    return Examples(x=test.x, y=(test.y == RARE).astype(np.int64))


def in_the_end(members: Family, splits: Splits) -> dict[str, float]:
    """Return the accuracy of each on mirrored and unmirrored test images; of the rare digit, the recalls."""
    test, measured = splits.test, {}
    eights = looked_for(test).y
    for name, model in members.items():
        plain, mirror = (
            model.predict(x, batch_size=256, verbose=0).argmax(axis=-1) for x in (test.x, mirrored(test.x))
        )
        if name.startswith("rare"):
            measured[f"{name}_recall"] = float(np.mean(plain[eights == 1] == 1))
            measured[f"{name}_specificity"] = float(np.mean(plain[eights == 0] == 0))
        else:
            measured[f"{name}_mirrored"] = float(np.mean(mirror == test.y))
            measured[f"{name}_unmirrored"] = float(np.mean(plain == test.y))
    return measured


def the_one_that_ships_first(result: Trained) -> Subject:
    """Return the network that learned sixteen events at a time, on what its stream ended with: mirrored images."""
    test = result.splits.test
    return Subject(model=result.model["mini_batch"], x=np.ascontiguousarray(mirrored(test.x)), y=test.y)


def along_the_stream(result: Trained) -> Figure:
    """Draw how many of the events of each stream were answered right before they were learned from."""
    from reference_models.streams.compare import REACTIONS, watched

    train = result.splits.train
    logs = {name: replay(name, train)[1] for name in SHOWN}
    reset = watched(train, detector="ADWIN", reaction=REACTIONS["reset"], seed=0)
    rehearsed = watched(train, detector="Page-Hinkley", reaction=REACTIONS["rehearse"], seed=0)
    return drawn(logs, {"ADWIN, then reset": reset, "Page-Hinkley, then rehearse": rehearsed})


def drawn(logs: Mapping[str, Log], watched: Mapping[str, Log]) -> Figure:
    """Return the figure of what was answered along the streams.

    Args:
        logs: Of the courses in `SHOWN`.
        watched: Of learners that react to drift, by what is done.
    """
    figure = blank(width=9.6, height=7.6)
    figure.suptitle(
        f"Prequential accuracy: each event is answered, then learned from (mean of the last {_WINDOW})", fontsize=11
    )
    (learners, pace), (kinds, noticing) = figure.subplots(2, 2, sharey=True)
    events = len(logs["mini_batch"].right)
    base = logs["mini_batch"]
    _panel(learners, "Three libraries, sudden drift", {"Keras, CNN": base, **_named(logs, "scikit_learn", "river")})
    _panel(pace, "When it learns, and how fast", _named(logs, "mini_batch", "incremental", "falling"))
    _panel(kinds, "Three kinds of drift", {"sudden drift": base, **_named(logs, "gradual", "recurring")})
    # A learner that is reset again and again comes down to where the others' legends stand.
    _panel(
        noticing, "When a drift is noticed (triangles: alarms)", {"nothing done": base, **watched}, legend="lower left"
    )
    for axes in (learners, pace, noticing):
        axes.axvline(events / 2, color="#888888", linewidth=1, linestyle="--")
        axes.annotate("mirrored from here on", (events / 2, 0.02), (4, 0), textcoords="offset points", fontsize=7)
    for quarter in (1, 2, 3):
        kinds.axvline(quarter * events / 4, color=LINES[2], linewidth=1, linestyle=":")
    kinds.axvspan(3 * events / 8, 5 * events / 8, color=LINES[1], alpha=0.08, linewidth=0)
    kinds.axvline(events / 2, color=LINES[0], linewidth=1, linestyle="--")
    for place, log in enumerate(watched.values(), 1):
        noticing.plot(log.drifts, [1.02 - 0.04 * place] * len(log.drifts), "v", color=LINES[place], markersize=4)
    for axes in (kinds, noticing):
        axes.set_xlabel("events")
    for axes in (learners, kinds):
        axes.set_ylabel("answered right")
    return figure


def _named(logs: Mapping[str, Log], *names: str) -> dict[str, Log]:
    return {COURSES[name].words: logs[name] for name in names}


def _panel(
    axes: Axes, title: str, logs: Mapping[str, Log], *, legend: Literal["lower left", "lower right"] = "lower right"
) -> None:
    for place, (name, log) in enumerate(logs.items()):
        accuracy = _moving(log.right)
        axes.plot(np.arange(_WINDOW, _WINDOW + len(accuracy)), accuracy, color=LINES[place], linewidth=1.4, label=name)
    axes.set_title(title, fontsize=10)
    axes.set(ylim=(0, 1), xlim=(0, len(next(iter(logs.values())).right)))
    axes.grid(color="#eeeeee")
    axes.spines[["top", "right"]].set_visible(False)
    # On the right it stands above the words about the mirrored images.
    corner = (1.0, 0.06) if legend == "lower right" else (0.0, 0.0)
    axes.legend(fontsize=8, framealpha=0.9, edgecolor="none", loc=legend, bbox_to_anchor=corner)


def _moving(right: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.convolve(right, np.full(_WINDOW, 1 / _WINDOW), mode="valid")


def missing() -> str:
    """Return what has to be installed first: river, which one of the learners comes from."""
    from importlib.util import find_spec

    return "" if find_spec("river") else "river is missing; install it with `pip install 'river>=0.22'`"


TASK = Task(
    number=13,
    name="online_learning",
    purpose="Models of Keras, scikit-learn and river that learn from a stream event by event, while it changes",
    data="MNIST, 5,000 images embedded, as a stream; river's own streams where they are at hand",
    load=mnist.load,
    build=networks,
    fit=along_their_streams,
    # What the original 70,000 images give has not been measured here.
    expected=(
        # Seeds 0 to 2: 0.894, 0.895, 0.898.
        Expected(metric="online_mirrored", value=0.896, tolerance=0.015, source="mnist_5000"),
        # Seeds 0 to 4: 0.899, 0.895, 0.895, 0.897, 0.886.
        Expected(metric="mini_batch_mirrored", value=0.894, tolerance=0.02, source="mnist_5000"),
        # Seeds 0 to 4: 0.690, 0.652, 0.628, 0.627, 0.691.
        Expected(metric="mini_batch_unmirrored", value=0.66, tolerance=0.07, source="mnist_5000"),
        # Seeds 0 to 4: 0.935, 0.918, 0.922, 0.931, 0.931.
        Expected(metric="incremental_mirrored", value=0.927, tolerance=0.02, source="mnist_5000"),
        # Seeds 0 to 4: 0.822, 0.828, 0.835, 0.838, 0.827.
        Expected(metric="falling_mirrored", value=0.83, tolerance=0.02, source="mnist_5000"),
        # Nothing in these is drawn: they begin with nothing, and the stream has one order.
        Expected(metric="scikit_learn_mirrored", value=0.857, tolerance=0.01, source="mnist_5000"),
        Expected(metric="river_mirrored", value=0.862, tolerance=0.01, source="mnist_5000"),
        # Seeds 0 to 4: 0.87, 0.66, 0.76, 0.88, 0.90: forty events tell little.
        Expected(metric="rare_weighted_recall", value=0.8, tolerance=0.18, source="mnist_5000"),
    ),
    cpu_seconds=22,
    asserted="accuracy before, at and after sudden, gradual and recurring drift; noise, disorder and repeats; a kill",
    figure=along_the_stream,
    measure=in_the_end,
    subject=the_one_that_ships_first,
    missing=missing,
)
