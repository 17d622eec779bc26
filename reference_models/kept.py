"""What several classifiers keep of their accuracy under changes of their inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reference_models.figures import LINES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pytest_robust.core.estimate import Estimate
    from reference_models.splits import Splits
    from reference_models.task import Family

__all__ = ["bars", "kept"]


def kept(
    models: Family, splits: Splits, changes: Mapping[str, Any], *, examples: int, groups: NDArray[Any] | None
) -> dict[str, dict[str, Estimate]]:
    """Return the accuracy of each model, with its interval: unchanged, under each change, and elsewhere.

    Args:
        models: Classifiers by name.
        splits: Their test set is asked about, and what is elsewhere.
        changes: Attacks and transforms by name.
        examples: How many of each, from the first.
        groups: Which of the examples belong together, of all test sets alike.
    """
    from pytest_robust import Subject

    first = None if groups is None else groups[:examples]
    here = splits.test[:examples]
    found: dict[str, dict[str, Estimate]] = {}
    for name, model in models.items():
        asked = Subject(model, here.x, here.y, groups=first)
        found[name] = {"unchanged": asked.accuracy().estimate()}
        for change, under in changes.items():
            found[name][change] = asked.accuracy(under=under).estimate()
        for where, part in splits.elsewhere.items():
            there = Subject(model, part.x[:examples], part.y[:examples], groups=first)
            found[name][f"drawn by\n{where}"] = there.accuracy().estimate()
    return found


def bars(axes: Axes, found: Mapping[str, Mapping[str, Estimate]]) -> None:
    """Draw the accuracies side by side, with their intervals.

    Args:
        axes: Where.
        found: From `kept`.
    """
    labels = list(next(iter(found.values())))
    wide = 0.8 / len(found)
    for place, (name, estimates) in enumerate(found.items()):
        at = np.arange(len(labels)) + (place - (len(found) - 1) / 2) * wide
        values, low, high = (
            np.array([getattr(each, part) for each in estimates.values()]) for part in ("value", "low", "high")
        )
        axes.bar(at, values, 0.9 * wide, color=LINES[place], label=name)
        axes.errorbar(at, values, (values - low, high - values), fmt="none", ecolor="#444444", elinewidth=1, capsize=2)
    axes.axhline(0.1, color="#888888", linestyle=":", linewidth=1)
    axes.annotate("chance", (axes.get_xlim()[0], 0.1), (2, 2), textcoords="offset points", fontsize=7)
    axes.set_xticks(range(len(labels)), labels, fontsize=8)
    axes.set(ylabel="accuracy", ylim=(0, 1))
    axes.legend(ncols=len(found), frameon=False, fontsize=8, loc="upper right")
    axes.spines[["top", "right"]].set_visible(False)
