"""Task 20: a network that finds digits in scenes and draws boxes around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.detections import CORNERS, PADDING, Boxes, as_boxes, as_found
from pytest_robust.core.overlaps import matches
from reference_models.architectures import single_stage_detector
from reference_models.data import digit_scenes
from reference_models.detection.augment import moved_and_recoloured
from reference_models.detection.detector import Detector
from reference_models.detection.fgsm import loss_gradient
from reference_models.detection.fit import DetectorFit
from reference_models.detection.measure import average_precisions
from reference_models.figures import LINES, blank, picture
from reference_models.task import Expected, Model, Subject, Task, Trained

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SURE = 0.5
_OVERLAP = 0.5
_EPS = 8
_SCENES = 6
_RIGHT, _WRONG = LINES[2], LINES[1]


def build() -> Model:
    """Return a detector of as many classes as the data at hand have."""
    return single_stage_detector(len(digit_scenes.names()))


def finds_boxes(result: Trained) -> Subject:
    """Return the function from images to boxes, and the test scenes."""
    return Subject(model=Detector(network=result.model), x=result.splits.test.x, y=result.splits.test.y)


def found_and_missed(result: Trained) -> Figure:
    """Draw test scenes with what is found, missed, or seen where it is not; as they are, and a step of FGSM away."""
    test, names = result.splits.test[:_SCENES], digit_scenes.names()
    step = _EPS * np.sign(loss_gradient(result.model, test.x, test.y))
    rows = (("as they are", test.x), (f"FGSM,\n{_EPS} of 255", np.clip(test.x + step, 0, 255)))
    figure = blank(width=2.0 * _SCENES + 0.8, height=4.7)
    figure.suptitle(
        "Green: found, with class and confidence. Orange: seen where it is not, or as another digit. Dashed: missed.",
        fontsize=10,
    )
    for places, (name, images) in zip(figure.subplots(len(rows), _SCENES), rows, strict=True):
        found = as_found(Detector(network=result.model, least=_SURE)(images))
        true = as_boxes(test.y)
        which = matches(found, true, iou=_OVERLAP)
        for row, axes in enumerate(places):
            picture(axes, images[row] / 255)
            _outline(axes, true[row], found[row], which[row], names)
        places[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
    return figure


def _outline(axes: Axes, true: Boxes, found: Boxes, which: NDArray[Any], names: Sequence[str]) -> None:
    """Draw one scene's boxes.

    Args:
        axes: Where the scene is shown.
        true: What is there.
        found: What is found.
        which: Of each found box, which true one it is; -1 for none.
        names: What the classes are called.
    """
    for box, match in zip(found, which, strict=True):
        if box["class"] != PADDING:
            colour = _RIGHT if match >= 0 else _WRONG
            _frame(axes, box, colour, "-")
            # Above the box, or within it at the upper edge.
            axes.text(
                max(box["x1"], 0),
                max(box["y1"] - 2, 6),
                f"{names[box['class']]} {box['confidence']:.0%}",
                color="white",
                fontsize=7,
                clip_on=True,
                bbox={"facecolor": colour, "edgecolor": "none", "pad": 1},
            )
    for place, box in enumerate(true):
        if box["class"] != PADDING and place not in which:
            _frame(axes, box, _WRONG, "--")


def _frame(axes: Axes, box: np.void, colour: str, style: str) -> None:
    from matplotlib.patches import Rectangle

    x1, y1, x2, y2 = (float(box[name]) for name in CORNERS)
    # Pixels are drawn around whole numbers: the first begins at -0.5.
    corner = (x1 - 0.5, y1 - 0.5)
    axes.add_patch(Rectangle(corner, x2 - x1, y2 - y1, fill=False, edgecolor=colour, linestyle=style, linewidth=1.6))


TASK = Task(
    number=20,
    name="object_detector",
    purpose="A single-stage detector that finds digits in scenes",
    data="Scenes of MNIST digits over photographs, both held out for the test; VOC or COCO where they are",
    load=digit_scenes.load,
    build=build,
    fit=DetectorFit(epochs=14, batch_size=32, learning_rate=4e-3, augment=moved_and_recoloured),
    expected=(
        # Seeds 0 and 1: 0.947 and 0.943, 0.813 and 0.804. Nothing was measured on VOC or COCO, so nothing is expected.
        Expected(metric="mAP50", value=0.945, tolerance=0.015, source="digit_scenes"),
        Expected(metric="mAP75", value=0.81, tolerance=0.03, source="digit_scenes"),
    ),
    cpu_seconds=290,
    asserted="boxes found under noise, blur, light and moves that carry their boxes; FGSM on the loss beats noise",
    figure=found_and_missed,
    measure=average_precisions,
    subject=finds_boxes,
)
