"""How edits of texts are chosen: a share of the places, or a number of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from math import inf
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np

from pytest_robust.core.arrays import blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Amount, check_one_of, check_share, draw_share
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.core.wording import check_protect, protected, texts_of, with_texts

__all__ = ["Edit", "Find", "check_edits", "edited", "pick"]

T = TypeVar("T")


class Edit(NamedTuple):
    """One thing that may be done to a text: what stands from `start` to `end` becomes `new`.

    A named tuple, since there is one for every character: a frozen dataclass takes four times
    as long to make.
    """

    start: int
    end: int
    new: str
    along: tuple[Edit, ...] = ()
    """What must change with it: the other of two words that change places."""


Find = Callable[[Text, Sequence[float]], Iterable[Edit]]
"""Finds the edits that may be made to a text, in any order.

The numbers are uniform in [0, 1), one for each code point; an edit chooses what to write by
that at its start, so that the same edit is made whatever else is.
"""


class _Edits(Protocol):
    """A transform that edits texts."""

    @property
    def rate(self) -> Amount | None: ...
    @property
    def edits(self) -> int | None: ...
    @property
    def protect(self) -> tuple[str, ...]: ...


def check_edits(owner: _Edits) -> None:
    """Refuse a share, a number or protected patterns that mean nothing.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, or one of the three is
            outside its range.
    """
    name = type(owner).__name__
    check_one_of(name, f"{name}(rate=0.1)", rate=owner.rate, edits=owner.edits)
    if owner.rate is not None:
        check_share("rate", owner.rate, most=1.0)
    elif isinstance(owner.edits, bool) or not isinstance(owner.edits, int) or owner.edits < 1:
        raise InvalidArgument(
            f"edits={owner.edits!r} must be an integer, at least 1; leave the change out for no change at all"
        )
    check_protect(owner.protect)


def pick(options: Sequence[T], share: float) -> T:
    """Return the option that a number uniform in [0, 1) falls on."""
    return options[int(share * len(options))]


def edited(owner: Any, batch: Batch, streams: Streams, find: Find, *, spared: int = 0) -> Batch:  # noqa: ANN401 - a perturbation with rate, edits and protect
    """Return the batch with a share of the possible edits made, or a number of them.

    Each has a random number of its own. Those below the rate are made, or the `edits` smallest,
    smallest first; one that meets another made before is left out. So more of them are the same
    and others. None cuts a character, or touches what is protected.

    Args:
        owner: The transform.
        batch: (n,) strings.
        streams: The examples' random numbers.
        find: Finds the possible edits of a text.
        spared: How many possible edits are not made in any case.

    Raises:
        InvalidData: The inputs are no strings.
    """
    texts = texts_of(owner, batch)
    most = inf if owner.edits is None else owner.edits
    # All edits are below 1.
    rates = draw_share("rate", 1 if owner.rate is None else owner.rate, streams).tolist()
    longest = max(map(len, texts), default=0)
    made: list[str] = []
    for rows in blocks(len(texts), (longest,)):
        part = streams.rows(np.arange(rows.start, rows.stop))
        places, choices = part.uniform("place", (longest,)), part.uniform("choice", (longest,))
        for row, place, choice in zip(range(rows.start, rows.stop), places, choices, strict=True):
            text = Text(texts[row])
            ranks, rate = place.tolist(), rates[row]
            found = find(text, choice.tolist())
            # Most are above the rate: what is not made needs no further look, but to be spared.
            due = found if spared else (edit for edit in found if ranks[edit.start] < rate)
            ranked = _ranked(text, due, ranks, owner.protect)
            below = (edit for edit in ranked[: len(ranked) - spared] if ranks[edit.start] < rate)
            made.append(_rewritten(text.value, below, most))
    return with_texts(batch, made)


def _ranked(text: Text, edits: Iterable[Edit], ranks: Sequence[float], guarded: Sequence[str]) -> list[Edit]:
    """Return the edits that are allowed, those made first in front."""
    value = text.value
    closed = protected(value, guarded)

    def allows(one: Edit) -> bool:
        whole = value.isascii() or {one.start, one.end} <= text.borders
        return whole and 1 not in closed[one.start : one.end]

    allowed = [edit for edit in edits if allows(edit) and all(map(allows, edit.along))]
    # By rank and place alone; where both are equal, as they were found.
    return sorted(allowed, key=lambda edit: (ranks[edit.start], edit.start))


def _rewritten(text: str, edits: Iterable[Edit], most: float) -> str:
    taken = bytearray(len(text))
    kept: list[Edit] = []
    apart = (edit for edit in edits if _take(taken, edit))
    for edit in apart if most == inf else islice(apart, int(most)):
        kept += [edit, *edit.along]
    pieces, done = [], 0
    for one in sorted(kept, key=lambda one: one.start):
        pieces += [text[done : one.start], one.new]
        done = one.end
    return "".join([*pieces, text[done:]])


def _take(taken: bytearray, edit: Edit) -> bool:
    """Return whether an edit meets none made before, and mark its places as taken."""
    ones = (edit, *edit.along)
    if any(1 in taken[one.start : one.end] for one in ones):
        return False
    for one in ones:
        taken[one.start : one.end] = b"\1" * (one.end - one.start)
    return True
