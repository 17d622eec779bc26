"""Words that are not known, read as the known word that they look most like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from reference_models.sequences.pieces import Pieces

__all__ = ["Spelling", "distance"]

_LONG = 5


@dataclass(frozen=True)
class Spelling:
    """Mends unknown words before a network reads them: one edit away, or two where the word is long.

    Of several as near, the most frequent one is taken; an unknown sign is left out. It knows words, not sentences: what
    is a word already is left alone, whatever was meant.

    References:
        Pruthi, Dhingra and Lipton, "Combating Adversarial Misspellings with Robust Word Recognition", ACL 2019,
        arXiv:1905.11268: a recogniser in front of a model, there a learned one.
    """

    _seen: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def mended(self, text: Iterable[str], known: Pieces) -> list[str]:
        """Return pieces of which those that are words are known, as far as one is near."""
        return [
            piece if piece in known else self._nearest(piece, known)
            for piece in text
            if piece in known or piece.strip().isalnum()
        ]

    def _nearest(self, piece: str, known: Pieces) -> str:
        if piece not in self._seen:
            word = piece.strip()
            space = piece[: len(piece) - len(piece.lstrip())]
            most = 0 if not word.isalpha() else 1 if len(word) < _LONG else 2
            near = (
                (distance(word, other.lstrip(), most=most), rank, other)
                for rank, other in enumerate(known.known)
                if other.lstrip().isalpha() and other[: len(other) - len(other.lstrip())] == space
            )
            far, _, best = min(near, default=(most + 1, 0, piece))
            self._seen[piece] = best if far <= most else piece
        return self._seen[piece]


def distance(one: str, other: str, *, most: int) -> int:
    """Return how many letters to put in, leave out, change or swap with the next; more than `most` if more.

    Examples:
        >>> distance("mrach", "march", most=2), distance("may", "march", most=2)
        (1, 3)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        after = [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(row[j] + 1, after[j - 1] + 1, row[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            after.append(cost)
        if min(after) > most:
            return most + 1
        before, row = row, after
    return min(row[-1], most + 1)
