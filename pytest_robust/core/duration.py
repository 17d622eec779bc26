"""A time that something takes, as people write it."""

from __future__ import annotations

import re
from math import inf, isfinite

from pytest_robust.core.errors import InvalidArgument

__all__ = ["as_seconds", "duration"]

_UNITS = {"h": 3600.0, "min": 60.0, "s": 1.0}


def as_seconds(text: str) -> float:
    """Return the seconds of a duration: "10min", "1.5 h", "90s"; a plain number is seconds.

    Raises:
        InvalidArgument: It is none, or not above 0.

    Examples:
        >>> as_seconds("10min"), as_seconds("1.5 h"), as_seconds("90")
        (600.0, 5400.0, 90.0)
    """
    found = re.fullmatch(r"\s*([0-9]+\.?[0-9]*|\.[0-9]+)\s*(s|min|h)?\s*", text)
    seconds = float(found[1]) * _UNITS[found[2] or "s"] if found else inf
    # A number with hundreds of digits is infinite, and would be a budget without an end.
    if not isfinite(seconds) or seconds <= 0:
        raise InvalidArgument(
            f"{text!r} is not a duration above 0: write a number of seconds, or one with s, min or h, such as 10min"
        )
    return seconds


def duration(seconds: float) -> str:
    """Return a time in words, in the largest unit of which there is one.

    Args:
        seconds: At least 0.

    Examples:
        >>> duration(600), duration(90), duration(0.0123), duration(5400)
        ('10 min', '1.5 min', '0.0123 s', '1.5 h')
    """
    unit = next((name for name, size in _UNITS.items() if seconds >= size), "s")
    # Three digits; what is below a tenth of a millisecond is nothing.
    return f"{round(float(f'{seconds / _UNITS[unit]:.3g}'), 4):g} {unit}"
