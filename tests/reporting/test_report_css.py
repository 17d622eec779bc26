"""The page's colours, against the contrast that WCAG 2.2 AA demands."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

CSS = files("pytest_robust.reporting").joinpath("_report.css").read_text(encoding="utf-8")
TEXT = ("ink", "muted", "link", "pass", "fail", "invalid", "undecided", "no-bar")
SURFACES = ("paper", "wash")
TONES = ("pass", "fail", "invalid", "undecided", "no-bar")
LINES = (*(f"line-{turn}" for turn in range(6)), "before", "bar", "mark")
MARKED = ("add", "del", *(f"heat-{turn}" for turn in range(5)))
DECORATION = {"rule", "good", "was"}


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,8});", block))


def _schemes() -> dict[str, dict[str, str]]:
    light = _colours(CSS[: CSS.index("@media")])
    dark = CSS[CSS.index("prefers-color-scheme: dark") :]
    printed = CSS[CSS.index("@media print") :]
    return {
        "light": light,
        "dark": light | _colours(dark[: dark.index("\n}\n")]),
        "print": light | _colours(printed[: printed.index("\n  body")]),
    }


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) > 4 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_as_wcag_defines_it() -> None:
    assert _contrast("#fff", "#000000") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_every_colour_of_the_page_is_held_to_a_rule() -> None:
    ruled = {*TEXT, *SURFACES, *LINES, *MARKED, *DECORATION}
    schemes = _schemes()
    assert set(schemes["light"]) == ruled
    assert set(_colours(CSS[CSS.index("prefers-color-scheme: dark") : CSS.index("@media print")])) == ruled
    # No colour is written past the palettes.
    rules = re.sub(r"--[\w-]+: #[0-9a-f]+;", "", CSS)
    assert set(re.findall(r"#[0-9a-f]{3,8}\b(?![^{};]*\{)", rules)) <= {"#808080"}


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_every_text_can_be_read_on_every_surface_it_may_stand_on(scheme: str) -> None:
    colours = _schemes()[scheme]
    pairs = [(text, surface) for text in TEXT for surface in SURFACES]
    pairs += [("ink", surface) for surface in MARKED]
    # Signs and pressed buttons: the paper's colour on a tone.
    pairs += [("paper", tone) for tone in TONES]
    low = {pair: round(found, 2) for pair in pairs if (found := _contrast(colours[pair[0]], colours[pair[1]])) < 4.5}
    assert low == {}


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_every_line_and_mark_stands_out_from_the_paper(scheme: str) -> None:
    colours = _schemes()[scheme]
    low = {name: found for name in LINES if (found := _contrast(colours[name], colours["paper"])) < 3}
    assert low == {}


def test_neighbouring_shades_of_a_heat_map_can_be_told_apart_and_go_one_way() -> None:
    for colours in _schemes().values():
        shades = [_luminance(colours[f"heat-{turn}"]) for turn in range(5)]
        turns = [_contrast(colours[f"heat-{turn}"], colours[f"heat-{turn + 1}"]) for turn in range(4)]
        assert shades in (sorted(shades), sorted(shades, reverse=True))
        assert min(turns) > 1.1
