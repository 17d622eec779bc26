"""Which checks make a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_robust.reporting._curves import charts

if TYPE_CHECKING:
    from conftest import Runs


def test_a_family_with_two_levels_is_a_line_that_starts_at_the_clean_value(runs: Runs) -> None:
    (chart,) = charts(runs.run(runs.attacked("PGD", 0.2, 0.3), runs.attacked("PGD", 0.1, 0.6), runs.record()))
    assert (chart.metric, chart.strength) == ("accuracy", "eps")
    (series,) = chart.series
    assert series.label == "PGD"
    assert series.levels == (0.0, 0.1, 0.2)
    assert series.told == "PGD: 0.948 at 0, 0.600 at 0.1, 0.300 at 0.2"


def test_one_level_is_no_curve(runs: Runs) -> None:
    assert charts(runs.run(runs.attacked("PGD", 0.2, 0.3), runs.record())) == ()


def test_the_clean_value_of_another_model_or_metric_is_not_used(runs: Runs) -> None:
    points = [runs.attacked("PGD", eps, 0.5) for eps in (0.1, 0.2)]
    for other in (runs.record(model="other"), runs.record(data="other"), runs.record(metric="other")):
        (chart,) = charts(runs.run(*points, other))
        assert chart.series[0].levels == (0.1, 0.2)


def test_strengths_of_different_units_are_not_drawn_over_one_axis(runs: Runs) -> None:
    def pair(under: str, family: str) -> list[object]:
        return [runs.record(under=under, family=family, level=level) for level in (1.0, 2.0)]

    found = charts(
        runs.run(
            *pair("PGD(eps=1)", "PGD()"),
            *pair("FGSM(eps=1)", "FGSM()"),
            *pair("PGD(eps=1, norm=L2)", "PGD(norm=L2)"),
            *pair("Rotate(degrees=1)", "Rotate()"),
        )
    )
    assert [(chart.strength, len(chart.series)) for chart in found] == [("eps", 2), ("eps (L2)", 1), ("degrees", 1)]


def test_two_models_are_two_lines_told_apart(runs: Runs) -> None:
    points = [runs.attacked("PGD", eps, 0.5, model=model) for eps in (0.1, 0.2) for model in ("old", "new")]
    (chart,) = charts(runs.run(*points))
    assert [series.label for series in chart.series] == ["PGD, old", "PGD, new"]


def test_of_two_checks_at_one_level_the_larger_is_drawn(runs: Runs) -> None:
    few, many = runs.attacked("PGD", 0.1, 0.5, n=10), runs.attacked("PGD", 0.1, 0.6, n=100)
    (chart,) = charts(runs.run(few, many, few, runs.attacked("PGD", 0.2, 0.3)))
    assert chart.series[0].points[0] is many


def test_a_check_that_measured_nothing_is_no_point(runs: Runs) -> None:
    assert charts(runs.run(runs.attacked("PGD", 0.1, 0.5), runs.record(family="PGD()", level=0.2, value=None))) == ()
