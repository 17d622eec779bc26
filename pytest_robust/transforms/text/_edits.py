"""How edits of texts are chosen: a share of the places, or a number of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, field, replace
from itertools import islice
from math import inf
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np

from pytest_robust.core.arrays import blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.parameters import Amount, check_one_of, check_share, draw_share
from pytest_robust.core.perturbation import Perturbation
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.text._units import Text

__all__ = ["Edit", "Find", "check_edits", "count_field", "edited", "like", "pick", "texts_of", "with_texts"]

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


def count_field(*, default: Any, strongest: Any = MISSING) -> Any:  # noqa: ANN401 - a dataclass field of any type
    """Return a dataclass field for a whole number from 1, of which milder ones are whole numbers too.

    Args:
        default: What it is where it is left out.
        strongest: What a search for the mildest starts from; left out where another field tells.
    """
    metadata = {"neutral": 0, "whole": True} | ({} if strongest is MISSING else {"strongest": strongest})
    return field(default=default, metadata=metadata)


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
    if not isinstance(owner.protect, tuple) or not all(isinstance(pattern, str) for pattern in owner.protect):
        raise InvalidArgument(f"protect={owner.protect!r} must be a tuple of regular expressions, such as (r'@\\w+',)")
    for pattern in owner.protect:
        try:
            re.compile(pattern)
        except re.error as error:
            raise InvalidArgument(
                f"protect={pattern!r} is no regular expression: {error}; for the words themselves, re.escape(...)"
            ) from None


def texts_of(owner: Perturbation, batch: Batch) -> list[str]:
    """Return the inputs as strings.

    Args:
        owner: Who asks, for the message.
        batch: (n,) strings.

    Raises:
        InvalidData: They are no strings; the message tells their type and what to do.
    """
    x, wanted = batch.x, f"{owner!r} changes texts, an (n,) array of strings"
    if x.dtype.kind not in "UTO":
        remedy = "decode them with np.char.decode(x)" if x.dtype.kind == "S" else "of several inputs name it with on="
        raise InvalidData(f"{wanted}, and the inputs are {x.dtype}; {remedy}")
    if x.ndim != 1:
        raise InvalidData(f"{wanted}, and the inputs have shape {x.shape}; give one string an example, such as x[:, 0]")
    texts: list[str] = x.tolist()
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise InvalidData(
                f"{wanted}, and row {row} of the batch is {text!r}, of type {type(text).__name__}; "
                "make each example a str"
            )
    return texts


def with_texts(batch: Batch, texts: Sequence[str]) -> Batch:
    """Return the batch with new inputs, of the same kind and as wide as they need.

    Args:
        batch: Where the texts came from.
        texts: (n,) the new ones.
    """
    dtype = batch.x.dtype
    if dtype.kind == "U":
        # Never narrower: an array of the same length fits where the old one did.
        width = max(dtype.itemsize // np.dtype("U1").itemsize, *map(len, texts), 1)
        dtype = np.dtype(f"U{width}")
    made = np.empty(len(texts), dtype=dtype)
    made[:] = texts
    return replace(batch, x=made)


def pick(options: Sequence[T], share: float) -> T:
    """Return the option that a number uniform in [0, 1) falls on."""
    return options[int(share * len(options))]


def like(word: str, model: str) -> str:
    """Return a word in capitals, capitalised or as it is, as another is written.

    Examples:
        >>> like("movie", "Film"), like("movie", "FILM"), like("Rome", "paris")
        ('Movie', 'MOVIE', 'Rome')
    """
    if len(model) > 1 and model.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


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
    guarded = tuple(re.compile(pattern) for pattern in owner.protect)
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
            ranked = _ranked(text, due, ranks, guarded)
            below = (edit for edit in ranked[: len(ranked) - spared] if ranks[edit.start] < rate)
            made.append(_rewritten(text.value, below, most))
    return with_texts(batch, made)


def _ranked(
    text: Text, edits: Iterable[Edit], ranks: Sequence[float], guarded: tuple[re.Pattern[str], ...]
) -> list[Edit]:
    """Return the edits that are allowed, those made first in front."""
    value = text.value
    closed = bytearray(len(value))
    for pattern in guarded:
        for found in pattern.finditer(value):
            closed[found.start() : found.end()] = b"\1" * (found.end() - found.start())

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
