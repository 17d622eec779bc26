"""How far a check has got, on one line."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

import pytest
from rich.cells import cell_len

from pytest_robust.core.progress import Progress
from pytest_robust.reporting import progress_line

HALF = Progress(decided=1200, total=2400, robust=0.8123, may_stop=True)
TITLE = "accuracy under PGD(eps=8/255)"
drawn = partial(progress_line, TITLE, elapsed=12.4, width=120, colour=False, encoding="utf-8")


def test_it_tells_examples_decided_robust_so_far_and_time_left() -> None:
    line = drawn(HALF, left=41.2)
    assert line.endswith("1,200/2,400 decided, 0.812 robust so far, at most 0:42 left")
    assert TITLE in line


def test_only_what_may_stop_early_is_said_to_take_at_most_so_long() -> None:
    assert drawn(replace(HALF, may_stop=False), left=3700).endswith("robust so far, 1:01:40 left")


def test_what_is_not_known_is_not_told() -> None:
    start = Progress(decided=0, total=2400, robust=None, may_stop=True)
    assert drawn(start, left=None).endswith(" 0/2,400 decided, 0:12 elapsed")
    assert drawn(None, left=None) == f"- {TITLE} 0:12 elapsed"


def test_the_bar_is_as_full_as_examples_are_decided() -> None:
    full = [
        drawn(replace(HALF, decided=decided), left=9, encoding="ascii").count("-") for decided in (0, 600, 1200, 2400)
    ]
    assert full == sorted(set(full))


def test_the_line_moves_with_time() -> None:
    assert len({drawn(HALF, left=9, elapsed=tenth / 5)[0] for tenth in range(4)}) == 4


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "latin-1"])
@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize("title", [TITLE, "Größe 数字 " * 20, "two\nlines\x1b[31m", ""])
def test_it_is_one_line_that_fits_and_can_be_shown(encoding: str, colour: bool, title: str) -> None:
    for width in (1, 9, 20, 40, 57, 58, 60, 79, 80, 100, 200):
        line = progress_line(title, HALF, elapsed=3, left=9, width=width, colour=colour, encoding=encoding)
        line.encode(encoding)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
        assert plain.isprintable()
        assert cell_len(plain) <= width
        assert colour or plain == line


def test_a_narrow_line_keeps_the_facts_and_the_first_facts_longest() -> None:
    assert drawn(HALF, left=9, width=79).endswith("1,200/2,400 decided, 0.812 robust so far, at most 0:09 left")
    assert drawn(HALF, left=9, width=50).endswith("1,200/2,400 decided, 0.812 robust so far")
    assert drawn(HALF, left=9, width=24).endswith("1,200/2,400 decided")
