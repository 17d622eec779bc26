"""How the tasks' figures are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, FigureBase

__all__ = ["INK", "LINES", "blank", "change", "lay", "picture", "tiles"]

INK = "#1f4e79"
# Told apart by eyes that do not tell red from green (Okabe and Ito's colours, without the yellow).
LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")


def blank(*, width: float = 6.4, height: float = 3.6) -> Figure:
    """Return an empty figure that belongs to no window and to no global state.

    Args:
        width: Inches.
        height: Inches.
    """
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def change(delta: NDArray[Any], *, reach: float) -> NDArray[Any]:
    """Return a change of a grey image as a picture in colour: orange where ink went away, violet where it came.

    Args:
        delta: (height, width, 1) what was added.
        reach: The change, either way, that has the full colour.
    """
    from matplotlib import colormaps

    return np.asarray(colormaps["PuOr"](np.clip(0.5 + delta[..., 0] / (2 * reach), 0, 1)))[..., :3]


def picture(axes: Axes, image: NDArray[Any], title: str = "") -> None:
    """Show an image without ticks.

    Args:
        axes: Where.
        image: (height, width), (height, width, 1) or (height, width, 3), in [0, 1].
        title: Above it.
    """
    shown = image[..., 0] if image.shape[2:] == (1,) else image
    axes.imshow(np.clip(shown, 0, 1), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    axes.set_title(title, fontsize=8)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def tiles(rows: Sequence[tuple[str, Sequence[tuple[NDArray[Any], str]]]]) -> Figure:
    """Return images in rows.

    Args:
        rows: What a row is called, and its images with what stands above each; rows of the same length.
    """
    columns = len(rows[0][1])
    # An inch for each image, and an inch and a half for the rows' names.
    figure = blank(width=1.0 * columns + 1.5, height=1.15 * len(rows) + 0.15)
    lay(figure, rows)
    return figure


def lay(figure: FigureBase, rows: Sequence[tuple[str, Sequence[tuple[NDArray[Any], str]]]]) -> None:
    """Draw images in rows.

    Args:
        figure: Where, a figure or a part of one.
        rows: As `tiles` takes them.
    """
    places = figure.subplots(len(rows), len(rows[0][1]), squeeze=False)
    for row, (name, images) in zip(places, rows, strict=True):
        for axes, (image, title) in zip(row, images, strict=True):
            picture(axes, image, title)
        row[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
