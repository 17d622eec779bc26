"""Which checks make a curve."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_robust.core.gated import Gated, GatedCheck
from pytest_robust.reporting._curves import charts

if TYPE_CHECKING:
    from conftest import Runs


def test_a_family_with_two_levels_is_a_line_that_starts_at_the_clean_value(runs: Runs) -> None:
    (chart,) = charts(runs.run(runs.attacked("PGD", 0.2, 0.3), runs.attacked("PGD", 0.1, 0.6), runs.record()))
    assert (chart.metric, chart.strength) == ("accuracy", "eps")
    (series,) = chart.series
    assert series.label == "PGD"
    assert [point.level for point in series.points] == [0.0, 0.1, 0.2]
    assert series.told == "PGD: 0.948 at 0, 0.600 at 0.1, 0.300 at 0.2"


def test_one_level_is_no_curve(runs: Runs) -> None:
    assert charts(runs.run(runs.attacked("PGD", 0.2, 0.3), runs.record())) == ()


def test_the_clean_value_of_another_model_or_metric_is_not_used(runs: Runs) -> None:
    points = [runs.attacked("PGD", eps, 0.5) for eps in (0.1, 0.2)]
    for other in (runs.record(model="other"), runs.record(data="other"), runs.record(metric="other")):
        (chart,) = charts(runs.run(*points, other))
        assert [point.level for point in chart.series[0].points] == [0.1, 0.2]


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
    assert chart.series[0].points[0].value == many.value


def test_a_check_that_measured_nothing_is_no_point(runs: Runs) -> None:
    assert charts(runs.run(runs.attacked("PGD", 0.1, 0.5), runs.record(family="PGD()", level=0.2, value=None))) == ()


def _gate(*checks: GatedCheck) -> Gated:
    return Gated(evaluated=True, baseline="base.json", checks=checks)


def test_the_baseline_is_a_line_of_its_own_with_its_own_band(runs: Runs) -> None:
    records = [runs.record(), *(runs.attacked("PGD", eps, 0.5) for eps in (0.1, 0.2))]
    gate = _gate(*(runs.gated(record, 0.9 - turn / 10) for turn, record in enumerate(records)))
    (chart,) = charts(replace(runs.run(*records), gate=gate))
    new, old = chart.series
    assert (new.before, old.before) == (False, True)
    assert old.told == "PGD, baseline: 0.900 at 0, 0.800 at 0.1, 0.700 at 0.2"
    assert [(round(point.low, 2), round(point.high, 2)) for point in old.points] == [
        (0.88, 0.92),
        (0.78, 0.82),
        (0.68, 0.72),
    ]


def test_a_level_of_the_baseline_that_was_not_run_is_still_on_its_line(runs: Runs) -> None:
    records = [runs.attacked("PGD", eps, 0.5) for eps in (0.1, 0.2)]
    gone = GatedCheck(check="gone", decision="MISSING", reason="", old=0.3, family="PGD()", level=0.4)
    unknown = replace(gone, family="Other()")
    (chart,) = charts(replace(runs.run(*records), gate=_gate(runs.gated(records[0], 0.6), gone, unknown)))
    assert chart.series[1].told == "PGD, baseline: 0.600 at 0.1, 0.300 at 0.4"
    # Without an interval a point is its own band.
    assert (chart.series[1].points[1].low, chart.series[1].points[1].high) == (0.3, 0.3)


def test_one_level_of_a_baseline_is_no_line(runs: Runs) -> None:
    records = [runs.attacked("PGD", eps, 0.5) for eps in (0.1, 0.2)]
    for check in (runs.gated(records[0], 0.6), replace(runs.gated(records[0], 0.6), old=None)):
        (chart,) = charts(replace(runs.run(*records), gate=_gate(check)))
        assert [series.before for series in chart.series] == [False]


def test_more_lines_than_can_be_followed_are_not_drawn(runs: Runs) -> None:
    records = [runs.attacked(f"A{turn}", eps, 0.5) for turn in range(13) for eps in (0.1, 0.2)]
    assert charts(runs.run(*records)) == ()
    assert len(charts(runs.run(*records[:24]))[0].series) == 12
