"""Small word lists of English, for where a project gives none of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_robust.core.errors import InvalidArgument

__all__ = ["DISTRACTORS", "NAMES", "SYNONYMS", "WordLists"]


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


# Given names that are no other English word, and not both a woman's and a man's.
NAMES: Mapping[str, tuple[str, ...]] = {
    "woman": (
        "Anna", "Maria", "Emma", "Sarah", "Laura", "Julia", "Emily", "Alice", "Elena", "Fatima", "Aisha", "Priya",
        "Mei", "Yuki", "Ingrid", "Chloe", "Sofia", "Hannah", "Olga", "Amina",
    ),
    "man": (
        "John", "David", "Michael", "James", "Robert", "Thomas", "Daniel", "Peter", "Paul", "Carlos", "Ahmed",
        "Omar", "Rahul", "Wei", "Hiroshi", "Lars", "Pierre", "Ivan", "Kwame", "Diego",
    ),
    "city": (
        "London", "Paris", "Berlin", "Madrid", "Rome", "Vienna", "Lisbon", "Warsaw", "Athens", "Dublin", "Chicago",
        "Boston", "Toronto", "Sydney", "Tokyo", "Seoul", "Mumbai", "Cairo", "Nairobi", "Lagos",
    ),
    "country": (
        "France", "Germany", "Spain", "Italy", "Portugal", "Poland", "Greece", "Ireland", "Canada", "Mexico",
        "Brazil", "Argentina", "Japan", "India", "Egypt", "Kenya", "Nigeria", "Australia", "Norway", "Sweden",
    ),
}  # fmt: skip

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

# Nothing that bears on any question, and links and names that lead nowhere: example.com and its
# like belong to nobody (RFC 2606).
DISTRACTORS: tuple[str, ...] = (
    "The library is open on Mondays.",
    "A parcel arrived at noon.",
    "There are twelve chairs in the room.",
    "The bus stops at the corner.",
    "It was written on a Tuesday.",
    "https://example.com/a8xk2",
    "https://www.example.org/page?id=417",
    "http://news.example.net/2kd9",
    "@user48213",
    "@example_account",
)
