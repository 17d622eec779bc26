"""Words that mean the same."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Amount, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.text._edits import Edit, check_edits, count_field, edited, like, pick
from pytest_robust.transforms.text._units import Text
from pytest_robust.transforms.text._words import SYNONYMS, WordLists

__all__ = ["Lexicon", "Synonyms", "WordNet"]

_EXAMPLE = "{'film': ('movie', 'picture')}"


class Lexicon(ABC):
    """Where words that mean the same are looked up."""

    @abstractmethod
    def synonyms(self, word: str) -> Sequence[str]:
        """Return other words for a word in small letters, the same ones whenever it is asked."""


@dataclass(frozen=True)
class WordNet(Lexicon):
    """The English WordNet, read by nltk: the words of a word's most frequent sense.

    A word is looked up as it stands, so that plurals and past tenses are left alone.

    Examples:
        >>> WordNet()
        WordNet()

    References:
        Miller, "WordNet: A Lexical Database for English", Communications of the ACM 38(11), 1995.
    """

    def synonyms(self, word: str) -> Sequence[str]:
        """Return the other words of the first sense.

        Raises:
            InvalidArgument: nltk or its data are not installed.
        """
        try:
            from nltk.corpus import wordnet

            senses = wordnet.synsets(word)
        except (ImportError, LookupError) as error:
            raise InvalidArgument(
                "lexicon=WordNet() reads the WordNet of nltk, and "
                f"{'nltk' if isinstance(error, ImportError) else 'its data'} cannot be found; "
                f"pip install nltk, then python -m nltk.downloader wordnet; or give a mapping, such as {_EXAMPLE}"
            ) from None
        names = [name.replace("_", " ") for name in senses[0].lemma_names()] if senses else []
        return [name for name in names if name.lower() != word] if word in names else []


@dataclass(frozen=True, kw_only=True, repr=False)
class Synonyms(Transform):
    """Put a word of the same meaning in place of another, with its capitals.

    A place is each word that the lexicon knows another for.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        lexicon: A mapping from words in small letters to tuples of others, or `WordNet()`; left
            out, a small one of everyday English.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, one is outside its range,
            or `lexicon` is none.

    Examples:
        >>> Synonyms(rate=0.5)
        Synonyms(rate=0.5)
        >>> Synonyms(edits=1, lexicon={"film": ("movie", "picture")})
        Synonyms(edits=1, lexicon={'film': ('movie', 'picture')})

    References:
        Ren et al., "Generating Natural Language Adversarial Examples through Probability Weighted
        Word Saliency", ACL 2019; Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP
        Models with CheckList", ACL 2020, arXiv:2005.04118.
    """

    rate: Amount | None = strength(strongest=1.0, default=None)
    edits: int | None = count_field(default=None)
    lexicon: Mapping[str, tuple[str, ...]] | Lexicon | None = None
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate; a mapping is copied."""
        check_edits(self)
        if self.lexicon is not None and not isinstance(self.lexicon, Lexicon):
            words = WordLists(self.lexicon, name="lexicon", example=f"{_EXAMPLE}, or WordNet()")
            object.__setattr__(self, "lexicon", words)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with other words."""
        return edited(self, batch, streams, self._exchanges)

    def _exchanges(self, text: Text, choice: Sequence[float]) -> Iterator[Edit]:
        for start, end in text.words:
            word = text.value[start:end]
            others = self._others(word.lower())
            if others:
                yield Edit(start, end, like(pick(others, choice[start]), word))

    def _others(self, word: str) -> Sequence[str]:
        if isinstance(self.lexicon, Lexicon):
            return self.lexicon.synonyms(word)
        return (SYNONYMS if self.lexicon is None else self.lexicon).get(word, ())
