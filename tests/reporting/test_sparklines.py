"""The history of each check on a line of text."""

from __future__ import annotations

import pytest

from pytest_robust.reporting import Moment, Series, sparklines


def series(*values, check="t.py::t::accuracy", decision="PASS"):
    return Series(
        check=check,
        title="accuracy",
        moments=tuple(
            Moment(name=f"v{n}", created="", value=value, low=None, high=None, decision=decision)
            for n, value in enumerate(values)
        ),
    )


def drawn(one, **changes):
    return sparklines([one], **changes).splitlines()[1].split()


@pytest.mark.parametrize(("encoding", "line"), [("utf-8", "▁▅█"), ("ascii", "_=#"), ("latin-1", "_=#")])
def test_a_line_rises_with_the_values_in_what_the_output_can_show(encoding, line):
    assert drawn(series(0.7, 0.8, 0.9), encoding=encoding) == ["t.py::t::accuracy", line, "0.700", "0.900", "0.700"]


def test_the_noise_of_a_few_examples_is_no_landslide():
    assert drawn(series(0.900, 0.901))[1] == "__"
    assert drawn(series(0.9, 0.9))[1] == "__"
    assert drawn(series(0.90, 0.95))[1] == "_#"


def test_a_run_that_proved_nothing_is_an_x_and_counts_for_no_number():
    assert drawn(series(0.9, None, 0.7)) == ["t.py::t::accuracy", "#x_", "0.900", "0.700", "0.700"]
    assert drawn(series(0.9, decision="INVALID")) == ["t.py::t::accuracy", "x", "-", "-", "-"]


def test_of_a_long_history_the_last_runs_are_drawn():
    line, first, _, least = drawn(series(0.1, *[0.9] * 99))[1:]
    assert (len(line), set(line), first, least) == (24, {"_"}, "0.100", "0.100")


def test_a_line_fits_the_width_and_keeps_the_end_of_an_id_which_tells_it_apart():
    long = series(*[0.5] * 24, check="tests/" + "a" * 200 + "::accuracy-pgd-eps-0.1")
    for width in (20, 80, 120):
        head, line = sparklines([long], width=width).splitlines()
        assert max(len(head), len(line)) <= max(width, 71)
        assert "pgd-eps-0.1 " in line


def test_hostile_ids_stay_on_their_line():
    told = sparklines([series(0.5, check="a\nb\x1b[31m\u202e☃")], encoding="ascii")
    assert len(told.splitlines()) == 2
    assert told.isascii()
    assert "\x1b" not in told


def test_no_check_is_no_line():
    assert sparklines([]) == ""
