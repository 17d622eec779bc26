"""The history of each check on a line of text."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_robust.core.verdict import Decision
from pytest_robust.reporting._history import Moment, Series
from pytest_robust.reporting._words import number, one_line

__all__ = ["sparklines"]

_BLOCKS = "▁▂▃▄▅▆▇█"
_PLAIN = "_.:-=+*#"
_NOTHING = "x"
# As many as fit beside a title and three numbers on a usual screen.
_MOST = 24
_NARROWEST_TITLE = 20
# Drawn over less, the noise of a few examples would look like a landslide.
_LEAST_SPAN = 0.05


def sparklines(history: Sequence[Series], *, width: int = 80, encoding: str = "ascii") -> str:
    """Return a line for each check: its id, a sparkline, and the first, last and smallest value.

    Each is drawn between its own smallest and largest value, but over 0.05 at least. A run in which
    nothing was measured, or an attack proved nothing, is an x.

    Args:
        history: What `history` returned.
        width: Columns.
        encoding: What the output can show; where it has no blocks, ASCII stands for them.

    Examples:
        >>> moments = [Moment(name=f"v{n}", created="", value=n / 10, low=None, high=None, decision="PASS")
        ...            for n in (7, 8, 9)]
        >>> print(sparklines([Series(check="t.py::t::accuracy", title="accuracy", moments=tuple(moments))]), end="")
        check                     first   last    min
        t.py::t::accuracy  _=#    0.700  0.900  0.700
    """
    marks = _BLOCKS if _shows(_BLOCKS, encoding) else _PLAIN
    lines = [(_known(one.check, encoding), _line(one.moments[-_MOST:], marks), *_numbers(one)) for one in history]
    drawn = max((len(line[1]) for line in lines), default=0)
    title = max(_NARROWEST_TITLE, width - drawn - 25)
    title = min(title, max((len(line[0]) for line in lines), default=0))
    head = ("check", "", "first", "last", "min")
    return "".join(
        f"{_ended(check, title):<{title}}  {line:<{drawn}}  {first:>7}{last:>7}{least:>7}".rstrip() + "\n"
        for check, line, first, last, least in (head, *lines)
        if lines
    )


def _line(moments: Sequence[Moment], marks: str) -> str:
    values = [value for moment in moments if (value := _value(moment)) is not None]
    low, high = min(values, default=0.0), max(values, default=0.0)
    span = max(high - low, _LEAST_SPAN)
    return "".join(
        _NOTHING if (value := _value(moment)) is None else marks[round((value - low) / span * (len(marks) - 1))]
        for moment in moments
    )


def _value(moment: Moment) -> float | None:
    return None if moment.decision == Decision.INVALID.value else moment.value


def _numbers(series: Series) -> tuple[str, str, str]:
    values = [value for moment in series.moments if (value := _value(moment)) is not None]
    return number(_value(series.moments[0])), number(_value(series.moments[-1])), number(min(values, default=None))


def _ended(check: str, most: int) -> str:
    """Return the end of an id, which tells it from its neighbours, in at most so many characters."""
    return check if len(check) <= most else f"...{check[3 - most :]}"


def _known(text: str, encoding: str) -> str:
    return one_line(text).encode(encoding, errors="backslashreplace").decode(encoding)


def _shows(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
