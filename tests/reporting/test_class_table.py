"""Classes, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_robust.core.record import ClassScore
from pytest_robust.reporting import Html
from pytest_robust.reporting._class_table import class_table

if TYPE_CHECKING:
    from conftest import Runs


def _class(label: str, before: float, value: float) -> ClassScore:
    return ClassScore(label=label, n=10, before=before, value=value)


def test_the_lowest_stands_first_and_of_equals_the_one_that_lost_more(runs: Runs) -> None:
    classes = (_class("fine", 0.9, 0.8), _class("weak", 0.6, 0.5), _class("broken", 0.9, 0.5))
    table = class_table(runs.record(classes=classes))
    assert table
    assert [each.label for each in table.rows] == ["broken", "weak", "fine"]
    assert (table.more, table.shares) == (0, True)


def test_of_very_many_classes_the_worst_twenty_are_listed_and_the_rest_counted(runs: Runs) -> None:
    table = class_table(runs.record(classes=tuple(_class(str(turn), 1.0, turn / 1000) for turn in range(1000))))
    assert table
    assert [each.label for each in table.rows] == [str(turn) for turn in range(20)]
    assert table.more == 980
    page = Html().render(runs.run(runs.record(classes=table.rows * 2)))
    assert "And 20 classes more, none of them lower." in page


def test_no_classes_are_no_table_and_scores_beyond_shares_have_no_bars(runs: Runs) -> None:
    assert class_table(runs.record()) is None
    table = class_table(runs.record(classes=(_class("a", 30.0, 20.0),)))
    assert table
    assert not table.shares
    assert 'class="bars wide"' not in Html().render(runs.run(runs.record(classes=table.rows)))


def test_the_drop_of_a_class_is_told_with_its_sign(runs: Runs) -> None:
    classes = (_class("cat", 0.75, 0.5), _class("dog", 0.5, 0.75))
    page = Html().render(runs.run(runs.record(classes=classes, under="Fog(severity=3)")))
    assert "+0.250" in page
    assert "-0.250" in page


def test_classes_of_unchanged_data_have_no_drop(runs: Runs) -> None:
    page = Html().render(runs.run(runs.record(classes=(_class("cat", 0.75, 0.75),))))
    assert "<b>0.750</b>" in page
    assert "+0.000" not in page
