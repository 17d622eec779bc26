"""How figures of models of texts are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reference_models.figures import LINES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pytest_robust.core.estimate import Estimate

__all__ = ["bars", "curves"]

# Below it nobody would want a model of two classes.
_CHANCE = 0.5


def bars(axes: Axes, found: Mapping[str, Mapping[str, Estimate]]) -> None:
    """Draw accuracies side by side, with their intervals.

    Args:
        axes: Where.
        found: Of each model, by what it was asked about; all have the same.
    """
    labels = list(next(iter(found.values())))
    wide = 0.8 / len(found)
    for place, (name, estimates) in enumerate(found.items()):
        at = np.arange(len(labels)) + (place - (len(found) - 1) / 2) * wide
        _points(axes, at, list(estimates.values()), name, place, wide=wide)
    axes.set_xticks(range(len(labels)), labels, fontsize=8)
    _finish(axes)
    axes.legend(frameon=False, fontsize=8, loc="upper center", ncols=len(found))


def curves(axes: Axes, found: Mapping[str, Mapping[Any, Estimate]], *, across: str) -> None:
    """Draw accuracies over the strength of a change, with their intervals.

    Args:
        axes: Where.
        found: Of each model or change, by its strength.
        across: What the strength is, with its unit.
    """
    for place, (name, estimates) in enumerate(found.items()):
        at, points = np.array(list(estimates)), list(estimates.values())
        values = np.array([each.value for each in points])
        axes.plot(at, values, "o-", color=LINES[place], label=name, markersize=4)
        axes.fill_between(
            at, [e.low for e in points], [e.high for e in points], color=LINES[place], alpha=0.15, linewidth=0
        )
    axes.set_xlabel(across)
    _finish(axes)
    # Above the line of chance, where the curves end higher.
    axes.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 0.12))


def _points(axes: Axes, at: NDArray[Any], points: list[Estimate], name: str, place: int, *, wide: float) -> None:
    values = np.array([each.value for each in points])
    around = (values - [each.low for each in points], [each.high for each in points] - values)
    axes.bar(at, values - _CHANCE, 0.9 * wide, bottom=_CHANCE, color=LINES[place], label=name)
    axes.errorbar(at, values, around, fmt="none", ecolor="#444444", elinewidth=1, capsize=2)


def _finish(axes: Axes) -> None:
    low = min(_CHANCE - 0.06, axes.get_ylim()[0])
    axes.axhline(_CHANCE, color="#888888", linestyle=":", linewidth=1)
    at = (axes.get_xlim()[1], _CHANCE)
    axes.annotate("chance", at, (-2, -2), textcoords="offset points", fontsize=7, ha="right", va="top")
    axes.set(ylabel="accuracy", ylim=(low, 1))
    axes.spines[["top", "right"]].set_visible(False)
