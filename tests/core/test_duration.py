"""A time is read and written as people write it."""

from __future__ import annotations

import pytest

from pytest_robust import InvalidArgument
from pytest_robust.core.duration import as_seconds, duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10min", 600), ("10 min", 600), ("90s", 90), ("90", 90), (" 2h ", 7200), ("1.5h", 5400), (".5s", 0.5)],
)
def test_a_duration_is_a_number_with_a_unit_or_of_seconds(text, seconds):
    assert as_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "10m", "min", "-5", "0", "0h", "inf", "nan", "1e3", "9" * 400, "10 min 5 s"])
def test_what_is_no_time_above_nothing_is_refused(text):
    with pytest.raises(InvalidArgument, match="write a number of seconds, or one with s, min or h, such as 10min"):
        as_seconds(text)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.0001234, "0.0001 s"),
        (0.00001, "0 s"),
        (0.25, "0.25 s"),
        (59.94, "59.9 s"),
        (60, "1 min"),
        (754, "12.6 min"),
        (86_400, "24 h"),
        (1_000_000, "278 h"),
    ],
)
def test_a_time_is_told_in_the_largest_unit_of_which_there_is_one(seconds, words):
    assert duration(seconds) == words
