"""Kinds of change by strength."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_robust.core.gated import Gated
from pytest_robust.reporting._heat_map import heat_maps

if TYPE_CHECKING:
    from conftest import Runs


def test_kinds_that_share_a_parameter_are_rows_the_worst_first(runs: Runs) -> None:
    (table,) = heat_maps(runs.run(*runs.severities()))
    assert (table.metric, table.strength, table.of, table.levels) == ("accuracy", "severity", "", (1.0, 3.0, 5.0))
    assert [row.label for row in table.rows] == ["ShotNoise", "Contrast", "GaussianBlur", "Snow", "Fog"]
    assert [cell.text for cell in table.rows[0].cells if cell] == ["0.550", "0.330", "0.110"]
    assert [cell.change for cell in table.rows[0].cells if cell] == ["", "", ""]


def test_lower_values_are_darker_on_one_scale_of_shares(runs: Runs) -> None:
    (table,) = heat_maps(runs.run(*runs.severities()))
    steps = sorted((cell.record.value or 0, cell.step) for row in table.rows for cell in row.cells if cell)
    assert [step for _, step in steps] == sorted((step for _, step in steps), reverse=True)
    assert dict(steps)[0.11] == 4
    assert dict(steps)[0.93] == 0


def test_values_that_are_no_shares_have_a_scale_of_their_own(runs: Runs) -> None:
    records = [replace(record, value=100 * (record.value or 0), bar=None, op="") for record in runs.severities()]
    (table,) = heat_maps(runs.run(*records))
    assert {cell.step for row in table.rows for cell in row.cells if cell} == {0, 1, 2, 3, 4}
    flat = [replace(record, value=7.0, bar=None, op="") for record in runs.severities()]
    (table,) = heat_maps(runs.run(*flat))
    assert {cell.step for row in table.rows for cell in row.cells if cell} == {0}


def test_a_cell_tells_how_far_it_moved_from_the_baseline(runs: Runs) -> None:
    records = runs.severities()
    gate = Gated(evaluated=True, baseline="b", checks=(runs.gated(records[0], 0.9),))
    (table,) = heat_maps(replace(runs.run(*records), gate=gate))
    (fog,) = (row for row in table.rows if row.label == "Fog")
    assert [cell.change for cell in fog.cells if cell] == ["+0.030", "", ""]


def test_two_kinds_or_mostly_holes_or_very_many_levels_are_no_table(runs: Runs) -> None:
    records = runs.severities()
    assert heat_maps(runs.run(*records[:6])) == ()
    assert len(heat_maps(runs.run(*records[:9]))) == 1
    holes = [replace(record, level=(record.level or 0) + 10 * turn) for turn, record in enumerate(records)]
    assert heat_maps(runs.run(*holes)) == ()
    many = [runs.attacked(name, level, 0.5) for name in "ABC" for level in range(1, 14)]
    assert heat_maps(runs.run(*many)) == ()


def test_one_hole_is_an_empty_cell(runs: Runs) -> None:
    records = runs.severities()
    gap = replace(records[0], value=None)
    (table,) = heat_maps(runs.run(gap, *records[1:]))
    assert [row.cells[0] is None for row in table.rows] == [False, False, False, False, True]


def test_two_models_are_two_tables_told_apart_and_the_larger_check_counts(runs: Runs) -> None:
    records = runs.severities()
    others = [replace(record, model="other.keras") for record in records]
    few = replace(records[0], n=5, value=0.1)
    tables = heat_maps(runs.run(few, *records, few, *others))
    assert [table.of for table in tables] == ["digits.keras", "other.keras"]
    assert all(cell.record is not few for row in tables[0].rows for cell in row.cells if cell)
