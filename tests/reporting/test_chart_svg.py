"""Drawings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from pytest_robust.reporting._chart_svg import chart_svg
from pytest_robust.reporting._curves import Chart, charts

if TYPE_CHECKING:
    from conftest import Runs


def _chart(runs: Runs, **changes: object) -> Chart:
    (chart,) = charts(runs.run(*(runs.attacked("PGD", eps, 1 - 5 * eps, **changes) for eps in (0.05, 0.1))))
    return chart


def test_a_drawing_takes_its_colours_from_the_page(runs: Runs) -> None:
    svg = chart_svg(_chart(runs), 1)
    assert "var(--line-0)" in svg
    assert "var(--rule)" in svg
    assert re.findall(r"#0000[ef]\w", svg) == []


def test_words_in_a_drawing_stay_words(runs: Runs) -> None:
    assert re.search(r"<text[^>]*>eps</text>", chart_svg(_chart(runs), 1))


def test_names_of_two_drawings_on_a_page_differ(runs: Runs) -> None:
    names = [set(re.findall(r'id="([^"]+)"', chart_svg(_chart(runs), number))) for number in (1, 2)]
    assert names[0]
    assert not names[0] & names[1]


def test_every_name_that_a_drawing_refers_to_is_in_it(runs: Runs) -> None:
    svg = chart_svg(_chart(runs), 1)
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', svg))
    assert used
    assert used <= set(re.findall(r'id="([^"]+)"', svg))


def test_a_drawing_is_one_well_formed_element_without_addresses(runs: Runs) -> None:
    svg = chart_svg(_chart(runs), 1)
    assert "http" not in svg
    assert ET.fromstring(svg.replace("<svg", '<svg xmlns:xlink="x"', 1)).tag == "svg"
    assert "<style" not in svg


def test_an_invalid_point_is_hollow(runs: Runs) -> None:
    assert "fill-opacity: 0;" not in _markers(chart_svg(_chart(runs), 1))
    assert _markers(chart_svg(_chart(runs, decision="INVALID"), 1)).count("fill-opacity: 0;") == 2


def _markers(svg: str) -> str:
    return "".join(re.findall(r"<use[^>]*>", svg))


@pytest.mark.parametrize("values", [{"low": None, "high": None}, {"op": "", "bar": None}, {"value": -3.0, "low": -9.0}])
def test_any_values_can_be_drawn(runs: Runs, values: dict[str, object]) -> None:
    points = [runs.record(under="A(b=1)", family="A()", level=level, **values) for level in (1.0, 2.0)]
    (chart,) = charts(runs.run(*points))
    assert chart_svg(chart, 1).startswith("<svg")
