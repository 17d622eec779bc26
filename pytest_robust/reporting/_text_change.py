"""Which words of a text were changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from pytest_robust.core.example import Example

__all__ = ["Span", "TextChange", "text_change"]

# SequenceMatcher takes the square of the number of words.
_MOST_WORDS = 400


@dataclass(frozen=True, kw_only=True)
class Span:
    """A piece of text, and whether it differs from the other side."""

    text: str
    changed: bool


@dataclass(frozen=True, kw_only=True)
class TextChange:
    """A text before and after the change."""

    before: tuple[Span, ...]
    after: tuple[Span, ...]


def text_change(example: Example) -> TextChange | None:
    """Return the text of an example with its changed words told apart, or None if it has none."""
    if not example.clean_text and not example.changed_text:
        return None
    before, after = _words(example.clean_text), _words(example.changed_text)
    left: list[Span] = []
    right: list[Span] = []
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        changed = kind != "equal"
        left += [Span(text="".join(before[i:j]), changed=changed)] if i < j else []
        right += [Span(text="".join(after[k:m]), changed=changed)] if k < m else []
    return TextChange(before=tuple(left), after=tuple(right))


def _words(text: str) -> list[str]:
    words: list[str] = re.findall(r"\s+|\S+", text)
    return words if len(words) <= _MOST_WORDS else [*words[:_MOST_WORDS], "..."]
