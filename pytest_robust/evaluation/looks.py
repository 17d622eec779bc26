"""Where an evaluation stops to look whether the answer is settled."""

from __future__ import annotations

__all__ = ["FIRST_LOOK", "looks", "next_look"]

FIRST_LOOK = 32
"""Examples at the first early look."""


def next_look(done: int, total: int, *, first: int, most: int) -> int:
    """Return where the look after `done` examples ends.

    The same steps whoever asks and however far: so what is known at a look does not depend on
    what other checks had evaluated before. The first comes early, since easy verdicts need few
    examples; later ones double up to full batches.

    Args:
        done: Examples known.
        total: Examples there are.
        first: Examples at the first look.
        most: Examples between two looks, at most.
    """
    return min(done + min(max(done, first), most), total)


def looks(total: int, *, first: int, most: int) -> tuple[int, ...]:
    """Return where all looks end.

    Examples:
        >>> looks(600, first=32, most=256)
        (32, 64, 128, 256, 512, 600)
    """
    found: list[int] = []
    while (done := found[-1] if found else 0) < total:
        found.append(next_look(done, total, first=first, most=most))
    return tuple(found)
