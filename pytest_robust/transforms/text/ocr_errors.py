"""What a machine reads in place of what is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.transforms.text._edits import Edit, check_edits, edited, pick

__all__ = ["OcrErrors"]

# Merged and split strokes, digits for letters, and letters that differ by a short stroke: the
# kinds of Rice, Nagy and Nartker's chapters on similar shapes and on touching characters.
_CONFUSIONS = (
    ("rn", "m"), ("cl", "d"), ("vv", "w"), ("li", "h"), ("ri", "n"), ("ii", "u"), ("nn", "rm"),
    ("0", "O", "o"), ("1", "l", "I", "i"), ("5", "S"), ("8", "B"), ("2", "Z"), ("6", "G"), ("9", "g", "q"),
    ("e", "c"), ("h", "b"), ("f", "t"), ("u", "v"), ("D", "O"), ("E", "F"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, repr=False)
class OcrErrors(Transform):
    """Confuse characters as a machine does that reads print: rn and m, 0 and O, 1 and l.

    A place is each piece of the text that is among the confusions, the longest where one
    starts within the other.

    Args:
        rate: The expected share of places that are drawn, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        confusions: Groups of pieces that are read for each other; left out, those of Latin print.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, one is outside its range,
            or `confusions` are no groups of at least two pieces.

    Examples:
        >>> OcrErrors(rate=0.05)
        OcrErrors(rate=0.05)
        >>> OcrErrors(edits=1, confusions=(("ß", "B"),))
        OcrErrors(edits=1, confusions=(('ß', 'B'),))

    References:
        Rice, Nagy and Nartker, "Optical Character Recognition: An Illustrated Guide to the
        Frontier", Kluwer 1999; Kukich, "Techniques for Automatically Correcting Words in Text",
        ACM Computing Surveys 24(4), 1992, section 2.1.
    """

    rate: Amount | None = strength(strongest=0.5, default=None)
    edits: int | None = count_field(default=None)
    confusions: tuple[tuple[str, ...], ...] | None = None
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)
        groups = self.confusions
        if groups is not None and not (isinstance(groups, tuple) and groups and all(map(_is_group, groups))):
            raise InvalidArgument(
                f"confusions={groups!r} must be a tuple of tuples of at least two different pieces of text, "
                "such as (('rn', 'm'),)"
            )

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the misread texts."""
        readings = _readings(self.confusions or _CONFUSIONS)
        longest_first = "|".join(re.escape(piece) for piece in sorted(readings, key=len, reverse=True))
        # Looked ahead, so that a piece is also found where it overlaps another.
        anywhere = re.compile(f"(?=({longest_first}))")

        def misread(text: Text, choice: Sequence[float]) -> Iterator[Edit]:
            for found in anywhere.finditer(text.value):
                yield Edit(*found.span(1), pick(readings[found[1]], choice[found.start()]))

        return edited(self, batch, streams, misread)


def _is_group(group: object) -> bool:
    return isinstance(group, tuple) and all(isinstance(piece, str) and piece for piece in group) and len(set(group)) > 1


@cache
def _readings(groups: tuple[tuple[str, ...], ...]) -> Mapping[str, tuple[str, ...]]:
    """Return what each piece may be read as."""
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for piece in group:
            others = (other for other in group if other != piece)
            found[piece] = tuple(dict.fromkeys((*found.get(piece, ()), *others)))
    return found
