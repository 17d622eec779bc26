"""The lines of robust_waive."""

from __future__ import annotations

from datetime import date

import pytest

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.gates.waiver import Waiver

KNOWN = ["t.py::test[a: b]::accuracy", "t.py::test::accuracy", "t.py::test::accuracy-pgd"]


def test_an_id_may_hold_colons_and_a_reason_may_too():
    waiver = Waiver.of("t.py::test[a: b]::accuracy: see: ticket 7 (until 2026-12-31)", KNOWN)
    assert waiver == Waiver(check=KNOWN[0], reason="see: ticket 7", until=date(2026, 12, 31))


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
