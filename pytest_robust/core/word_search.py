"""The words of a text that an adversary may exchange, and who looks for the worst."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any, TypeAlias

from pytest_robust.core.arrays import Integers
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.lexicon import Lexicon, others_of
from pytest_robust.core.perturbation import Adversary
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Span, Text
from pytest_robust.core.wording import like, protected

__all__ = ["Chosen", "WordRules", "WordSearch", "WordSlots", "changes", "check_chosen"]

Chosen: TypeAlias = Sequence[int]
"""For each place of a text, 0 for the word that stands there, or k for the k-th of the others."""


@dataclass(frozen=True, kw_only=True)
class WordSlots:
    """A text, the places in it where another word may stand, and which.

    Args:
        text: The text.
        places: Where they start and end, from left to right.
        others: For each place, the other words, written like the one that stands there.
        most: How many places may change at once.

    Examples:
        >>> slots = WordRules(lexicon={"film": ("movie",)}, edits=1).slots("A good Film!")
        >>> slots.others, slots.written([1]), slots.without(0)
        ((('Movie',),), 'A good Movie!', 'A good !')
    """

    text: str
    places: tuple[Span, ...]
    others: tuple[tuple[str, ...], ...]
    most: int

    def written(self, chosen: Chosen) -> str:
        """Return the text with the chosen words.

        Args:
            chosen: One number a place.
        """
        pieces, done = [], 0
        for (start, end), words, one in zip(self.places, self.others, chosen, strict=True):
            pieces += [self.text[done:start], words[one - 1] if one else self.text[start:end]]
            done = end
        return "".join([*pieces, self.text[done:]])

    def without(self, place: int) -> str:
        """Return the text less the word at a place, to see what hangs on it."""
        start, end = self.places[place]
        return self.text[:start] + self.text[end:]


@dataclass(frozen=True, kw_only=True)
class WordRules:
    """Which words may be exchanged for which, and how many of a text.

    Args:
        lexicon: As `checked_lexicon` returns it.
        most: The largest share of a text's words, 0 to 1; None where `edits` is given.
        edits: The largest number of words; None where `most` is given.
        protect: Regular expressions; a word that one touches stays as it is.
    """

    lexicon: Mapping[str, tuple[str, ...]] | Lexicon | None = None
    most: float | None = None
    edits: int | None = None
    protect: tuple[str, ...] = ()

    def slots(self, text: str) -> WordSlots:
        """Return the places of a text and what may stand there."""
        words = Text(text).words
        closed = protected(text, self.protect)
        found = []
        for start, end in words:
            if 1 not in closed[start:end]:
                word = text[start:end]
                alike = (like(one, word) for one in others_of(self.lexicon, word.lower()))
                others = tuple(dict.fromkeys(one for one in alike if one != word))
                if others:
                    found.append(((start, end), others))
        return WordSlots(
            text=text,
            places=tuple(place for place, _ in found),
            others=tuple(others for _, others in found),
            most=self._limit(len(words)),
        )

    def _limit(self, words: int) -> int:
        # 0.29 * 100 is a little less than 29.
        return floor(self.most * words + 1e-9) if self.edits is None and self.most is not None else self.edits or 0


class WordSearch(Adversary):
    """The worst rewording of a text that its rules allow.

    The adversary says which of the words it was offered stands where. The engine refuses what the
    rules do not allow, writes the texts itself, and asks the model again.
    """

    @property
    def otherwise(self) -> str:
        """Scores, or a change by chance."""
        return "give one that returns scores of its classes, or exchange words at random: Synonyms(rate=0.2)"

    @property
    @abstractmethod
    def rules(self) -> WordRules:
        """What it may do to a text."""

    @abstractmethod
    def find(
        self,
        model: Any,  # noqa: ANN401 - of the type that `needs` names
        texts: Sequence[WordSlots],
        y: Integers,
        streams: Streams,
    ) -> Sequence[Chosen]:
        """Return the words chosen for each text.

        Args:
            model: Of the type that `needs` names; it answers (n,) arrays of strings.
            texts: The n texts, and what may stand where.
            y: (n,) class indices, the right answers.
            streams: The examples' random numbers.
        """


def changes(chosen: Chosen) -> int:
    """Return how many words a choice changes."""
    return sum(one != 0 for one in chosen)


def check_chosen(owner: str, slots: WordSlots, chosen: Chosen) -> None:
    """Refuse words that were not offered, and more of them than the rules allow.

    Args:
        owner: Who chose, for the message.
        slots: What was offered.
        chosen: What was chosen.

    Raises:
        InvalidArgument: They are not allowed.
    """
    offered = [len(words) for words in slots.others]
    if len(chosen) != len(offered):
        raise InvalidArgument(
            f"{owner} chose {len(chosen)} words for {len(offered)} places of {slots.text!r}: "
            "give each place one number, 0 where nothing changes"
        )
    for place, (one, count) in enumerate(zip(chosen, offered, strict=True)):
        if not 0 <= one <= count:
            raise InvalidArgument(
                f"{owner} chose word {one} at place {place} of {slots.text!r}: it was offered 1 to {count}, or 0"
            )
    if changes(chosen) > slots.most:
        raise InvalidArgument(
            f"{owner} changed {changes(chosen)} words of {slots.text!r}: its own rules allow {slots.most}"
        )
