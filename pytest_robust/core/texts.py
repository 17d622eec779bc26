"""What a text is made of: characters as a reader sees them, words, sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias
from unicodedata import category

__all__ = ["BEGIN", "END", "Span", "Text", "clusters"]

Span: TypeAlias = tuple[int, int]
"""Where a piece of a text starts, and where the next begins."""

# In a regular expression: where an English word begins and ends, neither in "don't" nor in
# "well-known".
BEGIN = r"(?<![\w'\u2019-])"
END = r"(?![\w'\u2019-])"

_JOINER = "\u200d"
_NON_JOINER = "\u200c"
# Thai and Lao "am", vowels behind their consonant that are part of its character.
_AM = "\u0e33\u0eb3"
# Grapheme_Extend and emoji modifiers that are no marks by their general category.
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_KATAKANA_VOICING = range(0xFF9E, 0xFFA0)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
# Hangul that is written as leading consonants, vowels and trailing consonants.
_LEADING = (range(0x1100, 0x1160), range(0xA960, 0xA97D))
_VOWELS = (range(0x1160, 0x11A8), range(0xD7B0, 0xD7C7))
_TRAILING = (range(0x11A8, 0x1200), range(0xD7CB, 0xD7FC))
_SYLLABLES = range(0xAC00, 0xD7A4)
_TRAILING_IN_A_ROW = 28
# Latin letters with marks of their own end below; what joins to the one before comes later.
_FIRST_JOINING = "\u0300"
_CHUNK = re.compile(r"\S+")
_SENTENCE = re.compile(r"[^\s.!?…。！？।؟][^.!?…。！？।؟\n]*[.!?…。！？।؟]*")  # noqa: RUF001 - full stops of other scripts


def clusters(text: str) -> list[Span]:
    r"""Return the characters as a reader sees them: a letter with its marks, an emoji with its parts.

    The extended grapheme clusters of Unicode, but for a few rare prefixes and conjuncts that
    the standard library does not tell.

    Args:
        text: Any.

    Examples:
        >>> clusters("a\u0301b")
        [(0, 2), (2, 3)]

    References:
        Unicode Standard Annex #29, "Unicode Text Segmentation", section 3.
    """
    if "\r" not in text and (text.isascii() or max(text) < _FIRST_JOINING):
        return [(place, place + 1) for place in range(len(text))]
    starts = [place for place in range(len(text)) if not _joined(text, place)]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _joined(text: str, place: int) -> bool:
    """Whether a character belongs to the cluster of the one before it."""
    if place == 0:
        return False
    before, here = text[place - 1], text[place]
    if here < _FIRST_JOINING:
        return before == "\r" and here == "\n"
    if before in "\t\r\n":
        return False
    return _extends(here) or _continues_emoji(text, place) or _continues_syllable(before, here)


def _extends(here: str) -> bool:
    code = ord(here)
    return (
        here in {_JOINER, _NON_JOINER}
        or category(here)[0] == "M"
        or here in _AM
        or code in _SKIN_TONES
        or code in _KATAKANA_VOICING
        or code in _TAGS
    )


def _continues_emoji(text: str, place: int) -> bool:
    if text[place - 1] == _JOINER:
        # A joiner joins pictures; in Indic scripts the letter after it stands for itself.
        return category(text[place]) in {"So", "Sm"}
    if ord(text[place]) not in _FLAG_LETTERS:
        return False
    # Flags are pairs of letters: a letter after an odd number of them is the second.
    before = place
    while before > 0 and ord(text[before - 1]) in _FLAG_LETTERS:
        before -= 1
    return (place - before) % 2 == 1


def _continues_syllable(before: str, here: str) -> bool:
    first, second = ord(before), ord(here)
    open_syllable = first in _SYLLABLES and (first - _SYLLABLES.start) % _TRAILING_IN_A_ROW == 0
    if _among(first, _LEADING):
        return _among(second, _LEADING) or _among(second, _VOWELS) or second in _SYLLABLES
    if _among(first, _VOWELS) or open_syllable:
        return _among(second, _VOWELS) or _among(second, _TRAILING)
    return (_among(first, _TRAILING) or first in _SYLLABLES) and _among(second, _TRAILING)


def _among(code: int, ranges: tuple[range, ...]) -> bool:
    return any(code in one for one in ranges)


@dataclass(frozen=True)
class Text:
    """A text and the places in it, each looked for once.

    Args:
        value: The text.

    Examples:
        >>> text = Text("“Don't!”, she said.")
        >>> [text.value[start:end] for start, end in text.words]
        ["Don't", 'she', 'said']
    """

    value: str

    @cached_property
    def clusters(self) -> list[Span]:
        """The characters as a reader sees them."""
        return clusters(self.value)

    @cached_property
    def borders(self) -> frozenset[int]:
        """Where a cut parts no character from its marks."""
        return frozenset((0, *(end for _, end in self.clusters)))

    @cached_property
    def words(self) -> list[Span]:
        """What stands between spaces, less the punctuation around it.

        A text in a script without spaces is one word; what holds neither letter nor digit, such
        as an emoji or a dash, is none.
        """
        return [word for found in _CHUNK.finditer(self.value) if (word := self._core(*found.span()))]

    @cached_property
    def letters(self) -> list[list[Span]]:
        """For each word, its letters and digits, each with its marks."""
        value, found = self.value, []
        place, units = 0, self.clusters
        for start, end in self.words:
            while place < len(units) and units[place][0] < start:
                place += 1
            inside: list[Span] = []
            while place < len(units) and units[place][0] < end:
                if value[units[place][0]].isalnum():
                    inside.append(units[place])
                place += 1
            found.append(inside)
        return found

    @property
    def sentences(self) -> Iterator[Span]:
        """What stands between full stops, with them."""
        return (found.span() for found in _SENTENCE.finditer(self.value))

    def _core(self, start: int, end: int) -> Span | None:
        value = self.value
        while start < end and not value[start].isalnum():
            start += 1
        last = end
        while last > start and not value[last - 1].isalnum():
            last -= 1
        if last <= start:
            return None
        # The marks of the last letter are part of it.
        while last < end and last not in self.borders:
            last += 1
        return start, last
