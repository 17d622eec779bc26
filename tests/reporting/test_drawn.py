"""What a test draws becomes a picture of the page."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure as Drawing
from numpy.typing import NDArray
from PIL import Image

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.figure import Figure
from pytest_robust.reporting import check_drawing, drawn

RAMP = np.linspace(0, 1, 64).reshape(8, 8)


def seen(figure: Figure) -> NDArray[Any]:
    """Return the levels that a reader sees."""
    figure.check()
    image = Image.open(BytesIO(b64decode(figure.webp)))
    assert image.size == (figure.width, figure.height)
    return np.asarray(image.convert("RGB"), dtype=int)


@pytest.mark.parametrize(
    "figure",
    [
        RAMP,
        RAMP[:, :, None],
        (RAMP * 255).round().astype(np.uint8),
        np.repeat(RAMP[:, :, None], 3, axis=2).astype(np.float32),
        Image.fromarray((RAMP * 255).round().astype(np.uint8)),
    ],
    ids=["grey", "one channel", "uint8", "colours", "PIL"],
)
def test_an_image_keeps_its_levels_and_shows_its_pixels(figure: Any) -> None:
    levels = seen(drawn(figure, title="a ramp"))
    assert levels.shape == (320, 320, 3)
    np.testing.assert_array_equal(levels[20::40, 20::40, 1], (RAMP * 255).round())


def test_what_is_transparent_stands_on_white() -> None:
    colours = np.zeros((4, 4, 4))
    colours[:2, :, 0] = colours[:2, :, 3] = 1
    levels = seen(drawn(colours, title="red above nothing"))
    assert levels[0, 0].tolist() == [255, 0, 0]
    assert levels[-1, 0].tolist() == [255, 255, 255]


def test_a_drawing_of_matplotlib_is_drawn() -> None:
    drawing = Drawing(figsize=(5, 3))
    drawing.subplots().fill_between([0, 1], [1, 1], color="black")
    levels = seen(drawn(drawing, title="black"))
    assert levels.shape == (432, 720, 3)
    assert levels[200, 300].max() < 4
    assert levels[2, 2].min() > 251


def test_a_wide_drawing_is_drawn_at_the_width_of_a_page() -> None:
    drawing = Drawing(figsize=(16, 2))
    assert seen(drawn(drawing, title="nothing")).shape == (150, 1200, 3)


def test_a_large_image_is_as_wide_as_a_page() -> None:
    assert seen(drawn(np.zeros((100, 3200), np.uint8), title="a line")).shape == (38, 1200, 3)
    assert seen(drawn(np.zeros((3, 9000), np.uint8), title="a thread")).shape == (1, 1200, 3)


def test_a_photograph_is_compressed_and_a_drawing_exact() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3), dtype=np.uint8)
    assert len(drawn(noise, title="noise").webp) < noise.size
    lines = np.zeros((400, 400), np.uint8)
    lines[::40] = 255
    np.testing.assert_array_equal(seen(drawn(lines, title="lines"))[:, :, 0], lines)


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        ("file.png", r"a str of shape \(\) is no figure; pass a matplotlib Figure"),
        (None, "a NoneType of shape"),
        (plt, r"a module of shape \(\) is no figure; pass a matplotlib Figure"),
        (np.zeros((2, 2, 2)), r"ndarray of shape \(2, 2, 2\) is no figure"),
        (np.zeros((0, 4)), r"shape \(0, 4\)"),
        (np.zeros(4), r"shape \(4,\)"),
        (np.array([["a", "b"]]), "is no figure"),
        (np.full((2, 2), 255.0), "values from 255 to 255; .* numbers in"),
        (np.full((2, 2), -0.1), "values from -0.1 to -0.1"),
        (np.array([[0.0, np.nan]]), "values from nan to nan"),
    ],
)
def test_what_is_no_figure_is_refused_with_what_to_pass(figure: Any, message: str) -> None:
    for take in (drawn, check_drawing):
        with pytest.raises(InvalidArgument, match=message):
            take(figure, title="nothing")


@pytest.mark.parametrize("title", ["", "  ", None])
def test_a_figure_without_words_is_refused(title: Any) -> None:
    for take in (drawn, check_drawing):
        with pytest.raises(InvalidArgument, match="say in words what the figure shows"):
            take(RAMP, title=title)
