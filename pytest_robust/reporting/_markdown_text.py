"""Text that no reader of Markdown takes for anything but text."""

from __future__ import annotations

import re
from itertools import accumulate

from pytest_robust.reporting._words import one_line

__all__ = ["plain"]

_CUT = "..."
# With a backslash before them they are themselves.
_MARKS = set("\\`*_[]|~#!$")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# References are made after Markdown, from what is seen: a mention calls people, and a number may be an issue (#),
# a merge request (!), a snippet ($), a milestone (%), a label (~) or an epic (&). An invisible space prevents it. An
# address must be parted before its slashes or its first dot: behind them, the space would be taken for a part of it.
_REFERENCE = re.compile(
    r"(?<=[@#!$%~^&])(?=[\w\"])|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=\bGH-)(?=\d)",
    re.IGNORECASE,
)
_INVISIBLE = "\u200b"


def plain(text: str, most: int) -> str:
    r"""Return `text` on one line of Markdown that shows it as it is, and does nothing else.

    Args:
        text: Any text.
        most: How many characters the line has at most, escapes counted; at least 3.

    Examples:
        >>> print(plain("a|b *c*", 80))
        a\|b \*c\*
        >>> plain("x" * 30, 10)
        'xxxxxxx...'
    """
    # One character more than there is room for tells that something is cut.
    words = _REFERENCE.sub(_INVISIBLE, one_line(text)[: most + 1])
    pieces = [_escaped(character) for character in words]
    ends = list(accumulate(map(len, pieces), initial=0))
    if ends[-1] <= most:
        return "".join(pieces)
    kept = [piece for piece, end in zip(pieces, ends[1:], strict=True) if end <= most - len(_CUT)]
    return "".join(kept).rstrip() + _CUT


def _escaped(character: str) -> str:
    return f"\\{character}" if character in _MARKS else _ENTITIES.get(character, character)
