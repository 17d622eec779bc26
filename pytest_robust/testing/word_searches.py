"""What every search among words must hold to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from pytest_robust import attacks
from pytest_robust.core.arrays import Floats, Inputs, Integers
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.model import Classifier
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.core.word_search import Chosen, WordSearch, check_chosen
from pytest_robust.testing._value import check_value, require

__all__ = ["check_word_search"]

_SEED = 20_240_607
_LEVELS = 1000


@dataclass(frozen=True)
class _WordCount(Classifier):
    """Adds up a number for each word and class: whole ones, so that no sum depends on its order."""

    classes_: int

    def logits(self, x: Inputs) -> Floats:
        rows = [[sum(self._weight(word, one) for word in _words(text)) for one in range(self.classes_)] for text in x]
        return np.array(rows, dtype=np.float32)

    def _weight(self, word: str, one: int) -> int:
        return crc32(f"{word} {one}".encode()) % _LEVELS


def _words(text: Any) -> list[str]:  # noqa: ANN401 - a string
    return [text[start:end].lower() for start, end in Text(text).words]


def check_word_search(search: WordSearch, texts: Sequence[str]) -> None:
    """Check that a search among words does what the engine, the cache and the reports rely on.

    Tries it on models of two and of four classes that count words. It does not say that the
    search is strong: hold it against all rewordings of short texts for that.

    Args:
        search: An instance.
        texts: Four or more, with words in them that it may exchange.

    Raises:
        AssertionError: It is not a frozen, hashable value whose repr makes it again, has no milder
            version, finds nothing to exchange in these texts, chooses words that it was not
            offered or too many of them, or gives a text another result when it comes again,
            alone, in another batch or in another order.

    Examples:
        >>> from pytest_robust.attacks import WordSubstitution
        >>> search = WordSubstitution(edits=1, lexicon={"film": ("movie", "picture")})
        >>> check_word_search(search, ["a film", "the film", "no film", "what a film"])
    """
    check_value(search, room=attacks)
    require(hasattr(search, "needs"), f"{search!r} does not say what it needs: set needs = Classifier, or Model")
    offers = [search.rules.slots(text) for text in texts]
    able = sum(bool(slots.most and slots.places) for slots in offers)
    require(
        len(texts) > 3 and able > 0,  # noqa: PLR2004 - a batch, and a smaller one
        f"{search!r} may exchange a word in {able} of {len(texts)} texts: give four or more, with words of its lexicon",
    )
    for classes in (2, 4):
        _check(search, _Problem(search, texts, classes))


class _Problem:
    """A model that counts words, and some texts."""

    def __init__(self, search: WordSearch, texts: Sequence[str], classes: int) -> None:
        self.model = _WordCount(classes)
        self.slots = [search.rules.slots(text) for text in texts]
        self.y: Integers = self.model.logits(np.array(texts, dtype=object)).argmax(axis=1)
        self.name = f"{classes} classes"

    def found(self, search: WordSearch, rows: Integers) -> list[Chosen]:
        slots = [self.slots[row] for row in rows]
        found = search.find(self.model, slots, self.y[rows], Streams.of(_SEED, index=rows))
        require(
            len(found) == len(rows), f"{search!r} answers for {len(found)} texts of {len(rows)} ({self.name}); one each"
        )
        for slot, chosen in zip(slots, found, strict=True):
            try:
                check_chosen(type(search).__name__, slot, chosen)
            except InvalidArgument as error:
                raise AssertionError(str(error)) from None
        return [tuple(map(int, chosen)) for chosen in found]


def _check(search: WordSearch, problem: _Problem) -> None:
    count = len(problem.slots)
    whole = problem.found(search, np.arange(count))
    require(
        whole == problem.found(search, np.arange(count)),
        f"{search!r} gives another result the second time; draw from streams only ({problem.name})",
    )
    # Each text alone: a flaw may show in one of them only.
    groups = [("alone", np.array([row])) for row in range(count)]
    groups += [("in a smaller batch", np.arange(1, count, 2)), ("in another order", np.arange(count)[::-1])]
    for name, rows in groups:
        same = problem.found(search, rows) == [whole[row] for row in rows]
        require(
            same, f"{search!r} gives a text another result {name} ({problem.name}); mix no texts, draw from streams"
        )
