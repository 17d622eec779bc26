"""A check over the releases."""

from __future__ import annotations

from pytest_robust.reporting._history import Moment, Series
from pytest_robust.reporting._history_line import HEIGHT, WIDTH, HistoryLine, history_line


def _moment(name: str, value: float | None, low: float | None = None, high: float | None = None) -> Moment:
    return Moment(name=name, created="", value=value, low=low, high=high, decision="PASS")


def _line(*moments: Moment) -> HistoryLine | None:
    return history_line(Series(check="c", title="accuracy", moments=moments))


def test_the_runs_reach_from_side_to_side_and_higher_values_lie_higher() -> None:
    line = _line(_moment("v1", 0.8, 0.7, 0.9), _moment("v2", 0.85, 0.8, 0.9), _moment("v3", 0.75, 0.7, 0.8))
    assert line
    spots = [spot for _, spot in line.runs]
    assert [spot.x for spot in spots] == [0, WIDTH / 2, WIDTH]
    assert spots[1].y < spots[0].y < spots[2].y
    assert all(0 <= spot.top <= spot.y <= spot.bottom <= HEIGHT for spot in spots)
    assert line.told == "accuracy: 0.800 in v1 (PASS), 0.850 in v2 (PASS), 0.750 in v3 (PASS)"
    assert len(line.path.split()) == 3
    assert len(line.band.split()) == 6


def test_the_ends_of_the_scale_hold_every_interval_and_no_impossible_share() -> None:
    line = _line(_moment("v1", 0.99, 0.97, 1.0), _moment("v2", 0.01, 0.0, 0.05))
    assert line
    assert line.ends == ("0.000", "1.000")
    line = _line(_moment("v1", 40.0), _moment("v2", 50.0))
    assert line
    assert line.ends == ("39.000", "51.000")


def test_a_value_that_stays_the_same_is_a_line_in_the_middle() -> None:
    line = _line(_moment("v1", 0.5), _moment("v2", 0.5))
    assert line
    assert [spot.y for _, spot in line.runs] == [HEIGHT / 2, HEIGHT / 2]


def test_a_run_without_a_value_has_no_place_and_one_run_is_no_line() -> None:
    line = _line(_moment("v1", 0.5), _moment("v2", None), _moment("v3", 0.6))
    assert line
    assert [moment.name for moment, _ in line.runs] == ["v1", "v3"]
    assert _line(_moment("v1", 0.5), _moment("v2", None)) is None


def test_of_very_many_runs_the_last_forty_are_drawn() -> None:
    line = _line(*(_moment(f"v{turn}", 0.5) for turn in range(100)))
    assert line
    assert [line.runs[0][0].name, line.runs[-1][0].name, len(line.runs)] == ["v60", "v99", 40]
