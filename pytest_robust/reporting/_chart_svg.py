"""Draws a chart as SVG that takes its colours from the page."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

from pytest_robust.reporting._curves import Chart, Series

__all__ = ["COLOURS", "chart_svg"]

COLOURS = 6
"""How many colours the page's style has for lines: --line-0 and so on."""

# Colours that stand for the page's own; no other part of the drawing has them.
_INK, _RULE, _OLD, _LINE = "#0000e0", "#0000e1", "#0000e2", "#0000f"
_DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
_BEFORE = (0, (3, 2))
_MARKERS = "osD^vP"
_INCHES = (5.0, 3.1)


def chart_svg(chart: Chart, number: int) -> str:
    """Return an `<svg>` element; it holds no text from the user.

    Args:
        chart: What to draw.
        number: Tells this drawing's names from those of others on the page.
    """
    from matplotlib import rc_context  # half a second that only a page needs
    from matplotlib.figure import Figure

    style: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": "pytest-robust",
        "font.family": "DejaVu Sans",
        "font.size": 8.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": _RULE,
        "axes.labelcolor": _INK,
        "text.color": _INK,
        "xtick.color": _INK,
        "ytick.color": _INK,
        "grid.color": _RULE,
        "axes.unicode_minus": False,
    }
    stream = StringIO()
    with rc_context(style):
        figure = Figure(figsize=_INCHES, facecolor="none", layout="constrained")
        axes = figure.add_subplot(facecolor="none")
        for turn, series in enumerate(chart.series):
            _draw(axes, series, turn)
        axes.set_xlabel(re.sub(r"[^\w ()]", "", chart.strength), parse_math=False)
        axes.grid(axis="y", linewidth=0.6)
        axes.tick_params(length=0, pad=5)
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.03)
        if all(0 <= end <= 1 for each in chart.series for point in each.points for end in (point.low, point.high)):
            axes.set_ylim(0, 1.02)
            axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
        figure.savefig(stream, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return _inline(stream.getvalue(), number)


def _draw(axes: object, series: Series, turn: int) -> None:
    from matplotlib.axes import Axes

    assert isinstance(axes, Axes)  # tells the type without importing it at the top
    colour = _OLD if series.before else f"{_LINE}{turn % COLOURS}"
    dashes = _BEFORE if series.before else _DASHES[turn // COLOURS % len(_DASHES)]
    levels, values = [point.level for point in series.points], [point.value for point in series.points]
    lows, highs = [point.low for point in series.points], [point.high for point in series.points]
    # The baseline lies behind: the new line should be seen where both are one.
    depth = 1 if series.before else 2
    axes.fill_between(levels, lows, highs, color=colour, alpha=0.14, linewidth=0, zorder=depth)
    axes.plot(levels, values, color=colour, linewidth=1.8, linestyle=dashes, zorder=depth)
    for point in series.points:
        marker = "." if series.before else _MARKERS[turn % COLOURS]
        (spot,) = axes.plot(point.level, point.value, marker, color=colour, markersize=4.5, zorder=depth)
        spot.set_markerfacecolor("none" if point.hollow else colour)
        if point.bar is not None:
            axes.plot(point.level, point.bar, "_", color=_INK, markersize=11, markeredgewidth=1.4)


def _inline(svg: str, number: int) -> str:
    """Return the drawing as a part of a page: its names its own, its colours the page's."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r' xmlns(:\w+)?="[^"]*"| version="[^"]*"', "", body, count=3)
    body = re.sub(r'( width| height)="[\d.]+pt"', "", body, count=2)
    body = re.sub(r'\bid="', f'id="chart{number}-', body)
    body = re.sub(r'(xlink:href="#|url\(#)', rf"\1chart{number}-", body)
    body = re.sub(r"font: [^;\"]*;?", "", body)
    body = re.sub(rf"{_LINE}(\d)", r"var(--line-\1)", body)
    body = body.replace(_INK, "var(--muted)").replace(_RULE, "var(--rule)").replace(_OLD, "var(--before)")
    return body.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
