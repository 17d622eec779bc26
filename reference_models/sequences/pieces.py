"""Texts as sequences of numbers, and networks that know which number is which piece."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from reference_models.task import Model

__all__ = ["BEGIN", "END", "PAD", "UNKNOWN", "Pieces", "core_of", "known_to", "pieces", "with_lookup"]

PAD, UNKNOWN, BEGIN, END = range(4)
_NAMES = ("", "[UNK]", "[BEGIN]", "[END]")

# Together all of a text: what was taken apart can be joined again. A digit is a piece of its own, so that a number
# that was never seen is made of digits that were.
_PIECE = re.compile(r"\s?[^\W\d_]+|\s?\d|\s?[^\w\s]|\s|_")


def pieces(text: str) -> list[str]:
    """Return the pieces of a text, which joined give the text.

    Examples:
        >>> pieces("12 May, 1975")
        ['1', '2', ' May', ',', ' 1', '9', '7', '5']
    """
    return _PIECE.findall(text)


@dataclass(frozen=True)
class Pieces:
    """The pieces that a network knows, each with a number.

    Args:
        known: Pieces by number; the first four are what fills a row up, an unknown one, a begin and an end.
    """

    known: tuple[str, ...]

    def __post_init__(self) -> None:
        """Validate."""
        if self.known[: len(_NAMES)] != _NAMES:
            raise ValueError(f"the first pieces are {self.known[: len(_NAMES)]}, and must be {_NAMES}")

    @classmethod
    def of(cls, texts: Iterable[Iterable[str]], *, least: int = 1, most: int | None = None) -> Pieces:
        """Return the pieces of some texts, the most frequent first.

        Args:
            texts: All that may be known, in pieces; a string is its characters.
            least: How often a piece must be there.
            most: Pieces at most, with the four that every network knows; all if None.
        """
        counts = Counter(piece for text in texts for piece in text)
        ranked = sorted(
            (piece for piece in counts if counts[piece] >= least), key=lambda piece: (-counts[piece], piece)
        )
        return cls((*_NAMES, *ranked)[:most])

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self.known)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {piece: number for number, piece in enumerate(self.known)}

    def __contains__(self, piece: str) -> bool:
        """Return whether a piece is known."""
        return piece in self._numbers

    def numbers(self, texts: Iterable[Iterable[str]], *, begin: bool = False, end: bool = False) -> NDArray[np.int32]:
        """Return (n, longest) numbers of texts in pieces, filled up on the right.

        Args:
            texts: Their pieces.
            begin: Whether each begins with the sign for it.
            end: Whether each ends with the sign for it.
        """
        rows = [
            [*[BEGIN] * begin, *(self._numbers.get(piece, UNKNOWN) for piece in text), *[END] * end] for text in texts
        ]
        made = np.full((len(rows), max(1, *map(len, rows))), PAD, np.int32)
        for row, numbers in zip(made, rows, strict=True):
            row[: len(numbers)] = numbers
        return made

    def text(self, numbers: Iterable[int]) -> str:
        """Return what numbers say, up to the end that they name."""
        said = []
        for number in numbers:
            if number == END:
                break
            if number not in {PAD, BEGIN}:
                said.append(self.known[number])
        return "".join(said)


def with_lookup(core: Model, known: Pieces, *, name: str) -> Model:
    """Return a network that looks pieces up before it works on their numbers, so that it has its vocabulary with it.

    Args:
        core: Of (n, t) numbers, and maybe more.
        known: The pieces.
        name: What it is called.
    """
    import keras

    words, *others = [
        keras.Input(each.shape[1:], dtype=each.dtype if place else "string", name=each.name)
        for place, each in enumerate(core.inputs)
    ]
    look = keras.layers.StringLookup(
        vocabulary=list(known.known[UNKNOWN + 1 :]), mask_token=_NAMES[PAD], oov_token=_NAMES[UNKNOWN]
    )
    numbers = keras.ops.cast(look(words), "int32")
    return keras.Model([words, *others], core([numbers, *others] if others else numbers), name=name)


def core_of(model: Model) -> Model:
    """Return the part of a network `with_lookup` that works on numbers."""
    import keras

    return next(layer for layer in model.layers if isinstance(layer, keras.Model))


def known_to(model: Model) -> Pieces:
    """Return the pieces of a network `with_lookup`."""
    import keras

    look = next(layer for layer in model.layers if isinstance(layer, keras.layers.StringLookup))
    return Pieces(tuple(str(piece) for piece in look.get_vocabulary()))
