"""The lines of robust_waive."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.gated import GatedCheck
from pytest_robust.gates.waiver import Waiver

KNOWN = ["t.py::test[a: b]::accuracy", "t.py::test::accuracy", "t.py::test::accuracy-pgd"]


def test_an_id_may_hold_colons_and_a_reason_may_too():
    waiver = Waiver.of("t.py::test[a: b]::accuracy: see: ticket 7 (until 2026-12-31)", KNOWN)
    assert waiver == Waiver(check=KNOWN[0], reason="see: ticket 7", until=date(2026, 12, 31))


def test_no_space_is_needed_after_the_id():
    assert Waiver.of("t.py::test::accuracy:ticket 7 (until 2026-12-31)", KNOWN).reason == "ticket 7"


def test_one_that_is_over_fails_and_says_what_to_do():
    waiver = Waiver(check=KNOWN[1], reason="ticket 7", until=date(2026, 12, 31))
    good = GatedCheck(check=KNOWN[1], title="accuracy", decision="PASS", reason="as before", margin=0.0)
    assert waiver.over(good, date(2026, 12, 31)) == good
    assert waiver.over(good, date(2027, 1, 1)) == replace(
        good,
        decision="FAIL",
        reason="its waiver (ticket 7) ended on 2026-12-31; without it: PASS, as before",
        remedy="take the waiver out of robust_waive, or set a new day",
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("t.py::test::acc: reason (until 2026-12-31)", "waives none of the baseline's checks"),
        ("t.py::test::accuracy: reason", "write check-id: reason"),
        ("t.py::test::accuracy: (until 2026-12-31)", "write check-id: reason"),
        ("t.py::test::accuracy: for now (until 2026-13-31)", "2026-13-31 is no day"),
    ],
)
def test_a_line_that_waives_nothing_says_why(line, message):
    with pytest.raises(InvalidArgument, match=message):
        Waiver.of(line, KNOWN)


def test_without_a_baseline_there_is_nothing_to_waive():
    with pytest.raises(InvalidArgument, match="checks: none"):
        Waiver.of("t.py::test::accuracy: reason (until 2026-12-31)", [])
