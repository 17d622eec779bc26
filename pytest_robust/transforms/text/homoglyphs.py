"""Letters of other scripts that look the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.transforms.text._edits import Edit, check_edits, edited, pick

__all__ = ["Homoglyphs"]

# Latin first, then Cyrillic, Greek, Armenian and Cherokee letters that Unicode's table of
# confusables gives the same skeleton. Written as code points: beside each other in a file they
# cannot be told apart, which is the point.
_ALIKE = (
    "a\u0430", "b\u042c", "c\u0441\u03f2", "d\u0501", "e\u0435", "g\u0581", "h\u04bb\u0570", "i\u0456\u03b9",
    "j\u0458\u03f3", "l\u04c0", "n\u0578", "o\u043e\u03bf\u0585", "p\u0440\u03c1", "q\u051b\u0563", "r\u0433",
    "s\u0455", "u\u03c5\u057d", "v\u0475\u03bd", "w\u051d\u0461", "x\u0445", "y\u0443\u03b3", "A\u0410\u0391\u13aa",
    "B\u0412\u0392\u13f4", "C\u0421\u03f9\u13df", "D\u13a0", "E\u0415\u0395\u13ac", "F\u03dc", "G\u050c\u13c0",
    "H\u041d\u0397\u13bb", "I\u0406\u0399", "J\u0408\u037f\u13ab", "K\u041a\u039a\u13e6", "L\u13de",
    "M\u041c\u039c\u13b7", "N\u039d", "O\u041e\u039f\u0555", "P\u0420\u03a1\u13e2", "R\u13a1", "S\u0405\u054f\u13da",
    "T\u0422\u03a4\u13a2", "U\u054d", "V\u0474\u13d9", "W\u051c\u13b3", "X\u0425\u03a7", "Y\u04ae\u03a5\u13a9",
    "Z\u0396\u13c3",
)  # fmt: skip
_OTHERS = {letter: group.replace(letter, "") for group in _ALIKE for letter in group}


@dataclass(frozen=True, kw_only=True, repr=False)
class Homoglyphs(Transform):
    """Write letters of other scripts that look the same: a Cyrillic letter for a Latin one.

    A place is each letter that has such a double, also a Cyrillic, Greek, Armenian or Cherokee
    one; its marks stay. To a reader nothing changes, to a model the word is another.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, or one is outside its range.

    Examples:
        >>> Homoglyphs(rate=0.1)
        Homoglyphs(rate=0.1)

    References:
        Unicode Technical Standard #39, "Unicode Security Mechanisms", section 4, for what is
        confusable; Boucher et al., "Bad Characters: Imperceptible NLP Attacks", S&P 2022,
        arXiv:2106.09898.
    """

    rate: Amount | None = strength(strongest=1.0, default=None)
    edits: int | None = count_field(default=None)
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with letters of other scripts."""
        return edited(self, batch, streams, _doubles)


def _doubles(text: Text, choice: Sequence[float]) -> Iterator[Edit]:
    value = text.value
    for start, end in text.clusters:
        if value[start] in _OTHERS:
            yield Edit(start, end, pick(_OTHERS[value[start]], choice[start]) + value[start + 1 : end])
