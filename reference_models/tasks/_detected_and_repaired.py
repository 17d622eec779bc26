"""The figure of task 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.adapters import adapt
from reference_models.evasion import ADAPTIVE, ATTACKS, crafted, fooling
from reference_models.figures import LINES, blank, picture
from reference_models.guards import GUARDS, area, asked, aware, part, with_alarm_as_class
from reference_models.task import Family, Model, Trained

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["detected_and_repaired"]

# Few enough to attack in seconds; the tests look at more.
_DRAWN, _DRAWN_ADAPTIVELY = 80, 24


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
        for name in GUARDS
    }
    figure = blank(width=8.4, height=8.8)
    places = figure.add_gridspec(2, 1, height_ratios=(1, 1))
    curves, pictures = (figure.add_subfigure(places[row]) for row in range(2))
    for axes, name in zip(curves.subplots(1, 2, sharey=True), GUARDS, strict=True):
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
    false_alarms = float(np.mean(quiet > 0))
    axes.axvline(false_alarms, color="0.6", linewidth=0.8)
    axes.text(false_alarms * 1.2, 0.02, f"threshold: {false_alarms:.1%}\nof clean images", fontsize=7, color="0.4")
    # What happens at few false alarms is what counts.
    axes.set(xscale="log", xlim=(1 / len(clean), 1), ylim=(0, 1.02))
    axes.legend(
        title="area under the curve",
        fontsize=7,
        title_fontsize=7,
        ncols=2,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.17),
    )


def _strip(
    place: SubFigure, family: Family, shown: Mapping[str, tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]
) -> None:
    """Draw clean, attacked, squeezed and repaired images, with what is read in each."""
    rows = ("clean", "attacked", *GUARDS)
    grid = place.subplots(len(rows), len(shown), squeeze=False)
    for column, (name, (clean, attacked, digit)) in zip(grid.T, shown.items(), strict=True):
        picture(column[0], clean, f"{name}\na {digit}")
        read = asked(family["classifier"], attacked[None])[0].argmax()
        picture(column[1], attacked, f"read {read}")
        for axes, guard in zip(column[2:], GUARDS, strict=True):
            said = family[guard].predict(attacked[None], verbose=0)
            alarm = ", alarm" if said["alarm"][0, 0] > 0 else ""
            picture(axes, said["purified"][0], f"read {said['logits'][0].argmax()}{alarm}")
    for axes, name in zip(grid[:, 0], rows, strict=True):
        axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
