"""Where words that mean the same are looked up."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_robust.core.errors import InvalidArgument

__all__ = ["SYNONYMS", "Lexicon", "WordLists", "WordNet", "checked_lexicon", "others_of"]

_EXAMPLE = "{'film': ('movie', 'picture')}"


class WordLists(Mapping[str, tuple[str, ...]]):
    """A mapping from a word to words, as a value: unchangeable, hashable, written as a dict.

    Args:
        given: From strings to tuples of strings.
        name: The parameter, for the message.
        example: What may be given, for the message.

    Raises:
        InvalidArgument: It is no such mapping.
    """

    def __init__(self, given: Mapping[str, tuple[str, ...]], *, name: str, example: str) -> None:
        """Take a copy."""
        if not isinstance(given, Mapping) or not given:
            raise InvalidArgument(f"{name}={given!r} must be a mapping of words, such as {example}")
        for word, words in given.items():
            # A string is a sequence of letters, which is not meant.
            if isinstance(words, str) or not all(isinstance(one, str) and one for one in (word, *words)):
                raise InvalidArgument(f"{name}[{word!r}]={words!r} must be a tuple of words, such as {example}")
        self._words = {word: tuple(words) for word, words in given.items()}

    def __getitem__(self, word: str) -> tuple[str, ...]:
        """Return the words of a word."""
        return self._words[word]

    def __iter__(self) -> Iterator[str]:
        """Yield the words that have some."""
        return iter(self._words)

    def __len__(self) -> int:
        """Return how many have some."""
        return len(self._words)

    def __hash__(self) -> int:
        """Return the same for the same words, in whatever order."""
        return hash(frozenset(self._words.items()))

    def __repr__(self) -> str:
        """Return it as a person writes it."""
        return repr(self._words)


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


# Groups of words that mean the same nearly wherever they stand, as nouns and as verbs, after "a"
# or after "an"; none carries an opinion that the others do not.
_ALIKE = (
    ("film", "movie"), ("films", "movies"), ("big", "large"), ("bigger", "larger"), ("began", "started"),
    ("begins", "starts"), ("bought", "purchased"), ("cars", "automobiles"), ("quick", "rapid"), ("quickly", "rapidly"),
    ("child", "kid"), ("children", "kids"), ("pictures", "images"), ("answers", "replies"), ("answered", "replied"),
    ("shop", "store"), ("shops", "stores"), ("often", "frequently"), ("almost", "nearly"), ("maybe", "perhaps"),
    ("happy", "glad"), ("clever", "smart"), ("difficult", "challenging"), ("terrible", "dreadful"),
    ("wonderful", "marvellous"), ("boring", "dull", "tedious"), ("scary", "frightening"), ("amazing", "astonishing"),
    ("completely", "entirely"), ("helped", "assisted"), ("problems", "issues"), ("errors", "mistakes"),
    ("phone", "telephone"), ("photo", "photograph"), ("photos", "photographs"), ("journey", "trip"),
    ("doctor", "physician"), ("doctors", "physicians"), ("garbage", "rubbish"), ("somebody", "someone"),
    ("everybody", "everyone"), ("anybody", "anyone"), ("till", "until"), ("toward", "towards"), ("although", "though"),
)  # fmt: skip


def _from_groups(groups: tuple[tuple[str, ...], ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for word in group:
            found[word] = (*found.get(word, ()), *(other for other in group if other != word))
    return found


SYNONYMS: Mapping[str, tuple[str, ...]] = _from_groups(_ALIKE)


def checked_lexicon(lexicon: Mapping[str, tuple[str, ...]] | Lexicon | None) -> WordLists | Lexicon | None:
    """Return what was given as a value: a mapping is copied.

    Args:
        lexicon: A mapping from words in small letters to tuples of others, a `Lexicon`, or None for
            the built-in list.

    Raises:
        InvalidArgument: It is none of these.
    """
    if lexicon is None or isinstance(lexicon, Lexicon):
        return lexicon
    return WordLists(lexicon, name="lexicon", example=f"{_EXAMPLE}, or WordNet()")


def others_of(lexicon: Mapping[str, tuple[str, ...]] | Lexicon | None, word: str) -> Sequence[str]:
    """Return the other words for a word in small letters.

    Args:
        lexicon: As `checked_lexicon` returns it.
        word: In small letters.
    """
    if isinstance(lexicon, Lexicon):
        return lexicon.synonyms(word)
    return (SYNONYMS if lexicon is None else lexicon).get(word, ())
